/// Which of a function's outputs a record goes to, where it has several.
public struct OutputName: Hashable, Sendable {
    /// The name that `route` gave, which fills `{output}`; nil without `route`.
    public var route: String?
    /// The key part that `partition` made, which fills `{partition}`; nil without `partition`.
    public var partition: String?

    /// Names an output.
    public init(route: String? = nil, partition: String? = nil) {
        self.route = route
        self.partition = partition
    }
}

/// What one block became in one of several outputs.
public struct NamedOutput {
    /// Which output.
    public let name: OutputName
    /// Encoded records, in order.
    public let encoded: ByteBuffer
}

/// What surrounds the encoded records of an output, and how records are counted in encoded bytes.
public struct OutputFrame: Sendable {
    /// Written before the first record, also where there is none.
    public var prefix: [UInt8] = []
    /// Written behind the last record.
    public var suffix: [UInt8] = []
    /// Bytes that each encoded record begins with, and that are left out of the first one of an output: the
    /// comma of a list.
    public var separatorCount = 0
    /// What ends each record in encoded bytes.
    public var recordEnd = RecordEnd.lineFeed

    /// What ends a record, for those who count records in encoded bytes.
    public enum RecordEnd: Sendable, Hashable {
        /// Every line feed.
        case lineFeed
        /// A line feed outside of double quotes: rows of CSV.
        case unquotedLineFeed
    }

    /// One line a record, and nothing else.
    public init() {}

    /// How many records whole encoded records are.
    func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch recordEnd {
        case .lineFeed: return unsafe Newlines.count(in: bytes)
        case .unquotedLineFeed:
            var count = 0
            var isQuoted = false
            for index in 0..<bytes.count {
                let byte = unsafe bytes[index]
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if byte == Newlines.lineFeed, !isQuoted { count &+= 1 }
            }
            return count
        }
    }

    /// Whether something is written that blocks do not encode.
    var isPlain: Bool { prefix.isEmpty && suffix.isEmpty && separatorCount == 0 }
}
