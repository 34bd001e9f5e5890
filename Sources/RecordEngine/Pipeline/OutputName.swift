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

/// When an output is full: its next record begins the next part, which is an output of its own.
///
/// Each part but the last is as short as these allow, whatever the blocks and threads.
public struct OutputRoll: Sendable, Hashable {
    /// A part holds at most this many records.
    public var records: UInt64?
    /// A part ends with the record that brings it to this many encoded bytes, before compression.
    public var bytes: UInt64?

    /// Describes when an output is full.
    public init(records: UInt64? = nil, bytes: UInt64? = nil) {
        self.records = records
        self.bytes = bytes
    }
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
            unsafe forEachEnd(in: bytes) { _ in
                count &+= 1
                return true
            }
            return count
        }
    }

    /// How many of whole encoded records come next, and how many bytes they are.
    ///
    /// As many as there are, but at most `records`, and none behind the one that ends at or after `bytes`.
    func prefix(
        of encoded: UnsafeRawBufferPointer,
        records: UInt64,
        bytes: UInt64
    ) -> (records: UInt64, bytes: Int) {
        var taken: (records: UInt64, bytes: Int) = (0, 0)
        unsafe forEachEnd(in: encoded) { end in
            taken.records &+= 1
            taken.bytes = end
            return taken.records < records && UInt64(end) < bytes
        }
        return taken
    }

    /// Calls `body` with the offset behind each record until it says false.
    private func forEachEnd(in bytes: UnsafeRawBufferPointer, _ body: (Int) -> Bool) {
        var start = 0
        var isQuoted = false
        while let end = unsafe Newlines.first(in: bytes, from: start) {
            if recordEnd == .unquotedLineFeed {
                for index in start..<end {
                    if unsafe bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
                }
            }
            start = end + 1
            if !isQuoted, !body(start) { return }
        }
    }

    /// Whether something is written that blocks do not encode.
    var isPlain: Bool { prefix.isEmpty && suffix.isEmpty && separatorCount == 0 }
}
