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
        bytes.count >= 2 && isHeaderByte(bytes[0]) && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    }

    private static func isHeaderByte(_ byte: UInt8) -> Bool { byte & 0x0F == 8 && byte >> 4 <= 7 }

    /// Whether the first two bytes are a header but for one bit: to leave such a stream out as garbage would
    /// lose its text.
    private static func isNearHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2 else { return false }
        return (0..<8).contains { bit in
            isHeader([bytes[0] ^ 1 << bit, bytes[1]]) || isHeader([bytes[0], bytes[1] ^ 1 << bit])
        }
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
        } else if Self.isHeader(next) || next.count == 1 && Self.isHeaderByte(next[0]) {
            try beginStream()
        } else if Self.isNearHeader(next) {
            throw SluiceError(
                .codecCorrupt,
                "What follows a zlib stream begins almost like another one, and is none.",
                hint: "The object is probably damaged: upload it again."
            )
        } else {
            warnings.append(try input.skipGarbage(behind: "zlib stream", magic: []))
            state = .finished
        }
    }
}
