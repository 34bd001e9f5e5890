internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// Where an output came from, as metadata that S3-compatible stores keep beside its bytes.
struct OutputLineage: Sendable {
    /// How the names of our metadata begin; those of a source that begin so are of its own making.
    static let prefix = "sluice-"
    /// S3 keeps 2 KiB of names and values (Amazon S3 User Guide, "Working with object metadata"); the store
    /// puts a mark of its own there as well.
    static let mostBytes = 2048 - 320
    /// A key that is longer when it is encoded is cut, and its CRC-64 is kept as well.
    static let mostKeyBytes = 640
    /// Versions are shorter on every store; a longer one is cut.
    static let mostVersionBytes = 192

    /// Names and values, the most telling first.
    let entries: [(name: String, value: String)]

    /// Describes what an attempt on a version makes.
    init(_ assignment: WorkerAssignment, version: ObjectVersion) {
        let key = Self.encode(assignment.key)
        let kept = Self.cut(key, to: Self.mostKeyBytes)
        var entries = [(name: "source", value: "\(assignment.bucket)/\(kept)")]
        if kept.utf8.count < key.utf8.count {
            let crc64 = ContentDigester.digest(of: assignment.key).crc64
            entries.append(("source-crc64", String(crc64, radix: 16)))
        }
        let identity = Self.cut(Self.encode(Array(version.identity.utf8)), to: Self.mostVersionBytes)
        entries.append(("version", identity))
        entries.append(("fingerprint", assignment.fingerprint))
        entries.append(("trigger", assignment.trigger))
        entries.append(("delivery", "\(assignment.ledger)-\(assignment.delivery)"))
        entries.append(("attempt", String(assignment.token)))
        self.entries = entries.map { (Self.prefix + $0.name, $0.value) }
    }

    /// What is kept beside one output: what the function says of it, what the trigger says of all, and the
    /// lineage as far as there is room. Throws `output.metadata-too-large`.
    func attributes(
        for key: ObjectKey,
        of trigger: Trigger,
        function: ObjectAttributes
    ) throws(SluiceError) -> ObjectAttributes {
        var attributes = function
        attributes.contentType =
            trigger.storing.contentType ?? function.contentType ?? ContentTypes.type(of: key)
        attributes.storageClass = trigger.storing.storageClass ?? function.storageClass
        attributes.metadata = function.metadata.filter { !$0.key.hasPrefix(Self.prefix) }
        var used = attributes.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard used <= Self.mostBytes else {
            throw SluiceError(
                .outputMetadataTooLarge,
                "The metadata of '\(key)' would be \(used) bytes; \(Self.mostBytes) find room.",
                hint: "S3 keeps 2 KiB of metadata, names included: shorten that of the source."
            )
        }
        for entry in entries {
            let size = entry.name.utf8.count + entry.value.utf8.count
            if used + size > Self.mostBytes { continue }
            used += size
            attributes.metadata[entry.name] = entry.value
        }
        return attributes
    }

    /// Percent-encodes all but the unreserved characters of RFC 3986, `/` and `:`.
    private static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D...0x2F, 0x3A, 0x5F, 0x7E: text.append(byte)
            default: text += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The beginning of an encoded text, without half an escape at its end.
    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var bytes = Array(text.utf8.prefix(limit))
        if let percent = bytes.lastIndex(of: 0x25), percent > bytes.count - 3 {
            bytes.removeSubrange(percent...)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SluiceError.Code {
    /// What would be kept beside an output is more than S3 keeps.
    static let outputMetadataTooLarge = Self("output.metadata-too-large", .object)
}
