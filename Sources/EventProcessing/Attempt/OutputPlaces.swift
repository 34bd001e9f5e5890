internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// The keys that one attempt writes: each once, and none below another.
///
/// Whatever could keep a decided commit from being published must be known before the decision (DESIGN 5.6
/// c), and no local bucket holds both `a` and `a/b`. Only the keys are kept, not what they lie below: a
/// hostile archive could name a thousand times as many directories as it has members.
struct OutputPlaces {
    private var keys: Set<OutputPlace> = []

    /// Takes a place; throws when another output of the attempt has it.
    mutating func add(
        _ key: ObjectKey,
        in bucket: BucketName,
        source: ObjectKey,
        trigger: Trigger
    ) throws(SluiceError) {
        guard keys.insert(OutputPlace(bucket: bucket, key: key)).inserted else {
            throw SluiceError(
                .outputDuplicate,
                "Two outputs of '\(source)' map to '\(bucket):\(key)'.",
                hint: "Use {member}, {output} or {partition} in `output:` of trigger '\(trigger.name)'."
            )
        }
    }

    /// Gives a place back.
    mutating func remove(_ key: ObjectKey, in bucket: BucketName) {
        keys.remove(OutputPlace(bucket: bucket, key: key))
    }

    /// Throws when an output lies below another; asked once all are known.
    ///
    /// O(n log n).
    func checkNesting(source: ObjectKey, trigger: Trigger) throws(SluiceError) {
        let sorted = keys.sorted { left, right in
            if left.bucket != right.bucket { return left.bucket < right.bucket }
            return left.key.bytes.lexicographicallyPrecedes(right.key.bytes) { Self.rank($0) < Self.rank($1) }
        }
        for (upper, lower) in zip(sorted, sorted.dropFirst()) where upper.bucket == lower.bucket {
            let (path, below) = (upper.key.bytes, lower.key.bytes)
            guard below.count > path.count, below[path.count] == Self.slash, below.starts(with: path) else {
                continue
            }
            throw SluiceError(
                .outputCollision,
                "Of the outputs of '\(source)', one is '\(upper.bucket):\(upper.key)' and "
                    + "another lies below it: no directory holds both.",
                hint: "Write something behind {member} in `output:` of trigger '\(trigger.name)', such as "
                    + "an ending."
            )
        }
    }

    private static let slash = UInt8(ascii: "/")

    /// Slashes come before all other bytes, so that what lies below a key follows it at once.
    private static func rank(_ byte: UInt8) -> Int { byte == slash ? -1 : Int(byte) }
}
