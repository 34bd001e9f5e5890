/// Status and headers of an answer.
struct HTTPHead: Sendable {
    /// The status.
    var status = 0
    /// The headers in order, names in lower case.
    var fields: [HTTPField] = []

    /// The announced length of the body, if it is a number.
    var contentLength: Int? { fields.value(of: "content-length").flatMap { Int($0) } }
}

/// Puts a head together from the lines that libcurl hands over (CURLOPT_HEADERFUNCTION(3)).
///
/// An answer may begin with heads of 1xx, which are skipped, and end with trailers, which are ignored.
struct HTTPHeadReader {
    /// The most bytes of one head.
    static let limitBytes = 256 << 10

    /// What a line meant.
    enum Step {
        /// There is more to come, or the line does not count.
        case more
        /// This was the last line of the head that counts.
        case complete
        /// The head is longer than `limitBytes`.
        case tooLong
    }

    /// What was read so far.
    private(set) var head = HTTPHead()
    private var isComplete = false
    private var byteCount = 0

    /// Takes one line with its line break.
    mutating func take(_ line: some RandomAccessCollection<UInt8>) -> Step {
        byteCount += line.count
        guard byteCount <= Self.limitBytes else { return .tooLong }
        guard !isComplete else { return .more }
        var text = line[...]
        while let last = text.last, last == 0x0A || last == 0x0D { text = text.dropLast() }
        guard let first = text.first else {
            guard head.status >= 200 else { return .more }
            isComplete = true
            return .complete
        }
        if text.starts(with: "HTTP/".utf8) {
            head = HTTPHead(status: Self.status(of: text))
        } else if first == 0x20 || first == 0x09 {
            fold(text)
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: text[..<colon].map(Self.lowercased), as: UTF8.self)
            let value = Self.trimmed(text[text.index(after: colon)...])
            head.fields.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
        }
        return .more
    }

    /// A line that begins with white space goes on with the value before it (RFC 9112, section 5.2).
    private mutating func fold(_ text: some RandomAccessCollection<UInt8>) {
        guard let last = head.fields.popLast() else { return }
        let rest = String(decoding: Self.trimmed(text), as: UTF8.self)
        head.fields.append(HTTPField(name: last.name, value: last.value + " " + rest))
    }

    /// The number after the first space.
    private static func status(of text: some RandomAccessCollection<UInt8>) -> Int {
        guard let space = text.firstIndex(of: 0x20) else { return 0 }
        var status = 0
        for byte in text[text.index(after: space)...].prefix(3) {
            guard (0x30...0x39).contains(byte) else { return 0 }
            status = status * 10 + Int(byte - 0x30)
        }
        return status
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    private static func trimmed<Bytes: RandomAccessCollection<UInt8>>(_ text: Bytes) -> Bytes.SubSequence {
        var rest = text[...]
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}
