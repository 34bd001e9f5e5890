internal import CSimdjson

/// What surrounds the list whose elements are records: the place on the way to it, name by name.
struct JSONEnvelope {
    /// What is expected.
    enum State {
        /// A name, or the end of the object.
        case first
        /// A name.
        case member
        /// The rest of a name.
        case name
        /// A colon.
        case colon
        /// A value.
        case value
        /// The rest of a list or object that is no way to the list.
        case skipped
        /// The rest of another value.
        case scalar
        /// A comma, or the end of the object.
        case next
    }

    /// Bytes of a document that are kept, for its rejection.
    private static let prefixBytes = 1 << 10
    /// Bytes of a name that are kept: names in the configuration are shorter, even where all is escaped.
    private static let nameBytes = 4 << 10

    /// The names on the way.
    private let path: [[UInt8]]
    /// What is expected.
    var state = State.first
    /// How many names of the path were followed: the place is within so many objects of the document.
    private(set) var level = 0
    /// Whether the list was there.
    private(set) var hasList = false
    /// The first bytes of the document, without its records.
    private(set) var prefix: [UInt8] = []
    /// The byte before the place.
    private(set) var previous: UInt8 = 0
    /// The rest of a list or object.
    var value = sluice_json_scan()
    /// Whether the place is within a string, and behind a backslash there.
    var isInString = false
    /// See `isInString`.
    var isEscaped = false
    private var name: [UInt8] = []

    /// Looks for the list with this path.
    init(_ path: [String]) { self.path = path.map { Array($0.utf8) } }

    /// A document begins with its bracket.
    mutating func begin(with byte: UInt8) {
        level = 0
        hasList = false
        prefix = [byte]
        previous = byte
        if byte == UInt8(ascii: "[") {
            value = sluice_json_scan(depth: 1, in_string: 0, escape: 0, last: byte)
            level = -1
            state = .skipped
        } else {
            state = .first
        }
    }

    /// Notes bytes that were passed.
    mutating func pass(_ bytes: UnsafeRawBufferPointer) {
        guard let last = unsafe bytes.last else { return }
        previous = last
        let room = Self.prefixBytes - prefix.count
        if room > 0 { unsafe prefix.append(contentsOf: bytes.prefix(room)) }
    }

    /// A name begins.
    mutating func beginName() {
        name.removeAll(keepingCapacity: true)
        isEscaped = false
        state = .name
    }

    /// A byte of the name.
    mutating func appendToName(_ byte: UInt8) {
        if name.count <= Self.nameBytes { name.append(byte) }
    }

    /// Goes into the value that begins with `byte` where the way leads there; returns whether it is the list.
    mutating func enter(_ byte: UInt8) -> Bool {
        if isOnPath {
            if level == path.count - 1, byte == UInt8(ascii: "[") {
                hasList = true
                return true
            }
            if level < path.count - 1, byte == UInt8(ascii: "{") {
                level += 1
                state = .first
                return false
            }
        }
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
            value = sluice_json_scan(depth: 1, in_string: 0, escape: 0, last: byte)
            state = .skipped
        } else {
            isInString = byte == UInt8(ascii: "\"")
            isEscaped = false
            state = .scalar
        }
        return false
    }

    /// Leaves an object; returns whether that was the document.
    mutating func leave() -> Bool {
        state = .next
        if level <= 0 { return true }
        level -= 1
        return false
    }

    /// Rejects the document, of which the first bytes are shown.
    func reject(into records: RecordAssembler, _ reason: RejectReason) {
        unsafe prefix.withUnsafeBytes { unsafe records.reject($0, reason) }
    }

    private var isOnPath: Bool {
        guard level < path.count else { return false }
        let wanted = path[level]
        guard name.contains(UInt8(ascii: "\\")) else { return name == wanted }
        var plain = [UInt8](repeating: 0, count: name.count)
        return unsafe sluice_json_unescape(name, name.count, &plain) == wanted.count
            && plain.starts(with: wanted)
    }
}
