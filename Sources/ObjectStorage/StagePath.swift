internal import EventModel

/// How staged outputs are named below a local bucket, and in memory:
/// `.sluice/<ledger>/<boot>/<token>-<number>`.
enum StagePath {
    /// The directory of a bucket in which no object lies.
    static let reservedName = ".sluice"

    /// The reference of a staged output.
    static func reference(_ name: StageName) -> StagedReference {
        StagedReference(text: "\(reservedName)/\(name.ledger)/\(name.boot)/\(name.token)-\(name.number)")
    }

    /// Takes a reference apart again: the components below `.sluice`, or nil when it was not made here.
    static func components(_ reference: StagedReference) -> (ledger: String, boot: String, file: String)? {
        let parts = reference.text.split(separator: "/", omittingEmptySubsequences: false)
            .map(String.init)
        guard parts.count == 4, parts[0] == reservedName else { return nil }
        guard parts.dropFirst().allSatisfy(isPlain) else { return nil }
        return (parts[1], parts[2], parts[3])
    }

    /// Whether a component is a harmless name: letters, digits, `-` and `_`, at most 64.
    static func isPlain(_ component: String) -> Bool {
        !component.isEmpty && component.utf8.count <= 64
            && component.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x5F
            }
    }

    /// Why a name cannot be staged under, or nil.
    static func refusal(_ name: StageName) -> SluiceError? {
        guard isPlain(name.ledger), isPlain(name.boot) else {
            return SluiceError(
                .storageIO, "The ledger's id or the boot's name cannot be part of a path.",
                hint: "Ids are hexadecimal digits; the ledger may be damaged: run `sluice ledger verify`."
            )
        }
        return nil
    }
}
