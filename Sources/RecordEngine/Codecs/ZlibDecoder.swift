internal import EventModel

/// zlib streams (RFC 1950), one behind the other, with zeros or garbage behind them as gzip has it.
final class ZlibDecoder: StreamDecoder {
    private enum State {
        case beforeFirstStream
        case inStream
        case betweenStreams
        case finished
    }

    private let input: StoredInput
    private let inflater = Inflater(.zlib)
    private var state = State.beforeFirstStream
    private(set) var warnings: [String] = []

    /// Reads streams from `input`, beginning with its first byte.
    init(_ input: StoredInput) { self.input = input }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no zlib stream.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count {
            switch state {
            case .beforeFirstStream:
                if try input.require(1) { try beginStream() } else { state = .finished }
            case .inStream:
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                let step = unsafe try inflater.step(input, into: rest)
                produced += step.produced
                if step.isFinished { state = .betweenStreams }
            case .betweenStreams:
                try findNextStream()
            case .finished:
                return produced
            }
        }
        return produced
    }

    /// RFC 1950, section 2.2: method 8, a window of at most 32 KiB, a header divisible by 31.
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] & 0x0F == 8 && bytes[0] >> 4 <= 7
            && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    }

    private func beginStream() throws(SluiceError) {
        let header = try input.peek(2)
        guard header.count == 2 else { throw .truncated("zlib header") }
        guard Self.isHeader(header) else {
            throw SluiceError(
                .codecCorrupt,
                "The object does not begin like a zlib stream.",
                hint: GzipHeader.formatHint
            )
        }
        guard header[1] & 0x20 == 0 else {
            throw SluiceError(
                .codecUnsupported,
                "A zlib stream was compressed with a dictionary, which we do not have."
            )
        }
        input.take(2)
        inflater.begin()
        state = .inStream
    }

    private func findNextStream() throws(SluiceError) {
        try input.skipZeros()
        let next = try input.peek(2)
        if next.isEmpty {
            state = .finished
        } else if Self.isHeader(next) {
            try beginStream()
        } else {
            warnings.append(try input.skipGarbage(behind: "zlib stream", magic: []))
            state = .finished
        }
    }
}
