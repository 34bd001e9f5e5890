internal import EventModel

/// One archive that is being read, and the decoders around its current member.
final class ArchiveLevel {
    /// Takes the archive apart.
    let reader: any ArchiveReader
    /// The text that the archive is read from.
    let container: StoredInput
    /// What is written before the labels of its members: `b.tar!`, empty for the object's own archive.
    let labelPrefix: String
    /// What is written before the key parts of its members: `b.tar/`.
    let keyPrefix: [UInt8]
    /// The label of the current member.
    private(set) var label = ""
    /// The path of the current member, as in output keys.
    private(set) var path: [UInt8] = []
    /// What becomes of the current member in the totals.
    var fate = MemberFate.settled
    private let source: MemberDecoder
    private var stack: DecoderStack?

    /// Reads `container` through `reader`.
    init(_ reader: any ArchiveReader, _ container: StoredInput, inside parent: ArchiveLevel?) {
        self.reader = reader
        self.container = container
        labelPrefix = parent.map { $0.label + "!" } ?? ""
        keyPrefix = parent.map { $0.keyPrefix + $0.path + [UInt8(ascii: "/")] } ?? []
        source = MemberDecoder(reader)
    }

    /// Begins with a member.
    func begin(_ member: ArchiveMember) {
        path = MemberName.safePath(member.name)
        label = labelPrefix + MemberName.label(MemberName.normalized(member.name))
        stack = nil
        fate = .open
    }

    /// The text inside of the current member's codecs. Throws `codec.*` and `archive.*`.
    func openText(_ byteCount: UInt64?, limits: EngineLimits) throws(SluiceError) -> StoredInput {
        // Small enough that little is copied twice, large enough for decoders inside.
        let capacity = Int(min(max(byteCount ?? .max, 4 << 10), 32 << 10))
        let stack = DecoderStack(.auto, StoredInput(layer: source, capacity: capacity), limits: limits)
        self.stack = stack
        return try stack.openText()
    }

    /// What the decoders of the current member warn about, with its name.
    func takeWarnings() -> [String] {
        let warnings = stack?.warnings ?? []
        stack = nil
        return warnings.map { "\(label): \($0)" }
    }
}

/// What became of a member: each is counted once.
enum MemberFate {
    /// It is counted and not decided yet.
    case open
    /// It is rejected or not selected, or there is none.
    case settled
    /// It is a unit.
    case unit
    /// It is an archive and was opened.
    case container

    /// Whether its text is being read.
    var isGivenOut: Bool { self == .unit || self == .container }
}
