internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// The keys that one attempt writes: each once, and none below another.
///
/// Whatever could keep a decided commit from being published must be known before the decision (DESIGN 5.6
/// c), and no local bucket holds both `a` and `a/b`.
struct OutputPlaces {
    private var keys: Set<OutputPlace> = []
    /// What stands before a slash of a key, and in how many keys.
    private var directories: [OutputPlace: Int] = [:]

    /// Takes a place; throws when another output of the attempt has it, or lies below or above it.
    mutating func add(
        _ key: ObjectKey,
        in bucket: BucketName,
        source: ObjectKey,
        trigger: Trigger
    ) throws(SluiceError) {
        let place = OutputPlace(bucket: bucket, key: key)
        guard !keys.contains(place) else {
            throw SluiceError(
                .outputDuplicate,
                "Two outputs of '\(source)' map to '\(bucket):\(key)'.",
                hint: "Use {member}, {output} or {partition} in `output:` of trigger '\(trigger.name)'."
            )
        }
        let parents = place.parents
        if let other = directories[place] == nil ? parents.first(where: keys.contains) : place {
            throw SluiceError(
                .outputCollision,
                "Of the outputs of '\(source)', one is '\(bucket):\(other.key)' and "
                    + "another lies below it: no directory holds both.",
                hint: "Write something behind {member} in `output:` of trigger '\(trigger.name)', such as "
                    + "an ending."
            )
        }
        keys.insert(place)
        for parent in parents { directories[parent, default: 0] += 1 }
    }

    /// Gives a place back.
    mutating func remove(_ key: ObjectKey, in bucket: BucketName) {
        let place = OutputPlace(bucket: bucket, key: key)
        guard keys.remove(place) != nil else { return }
        for parent in place.parents {
            let count = (directories[parent] ?? 1) - 1
            directories[parent] = count == 0 ? nil : count
        }
    }
}
