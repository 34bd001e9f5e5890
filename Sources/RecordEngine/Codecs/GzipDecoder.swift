internal import CISAL
internal import EventModel

/// gzip in all its forms (traps G01 to G05): any number of members, zeros behind or between them, garbage at
/// the end.
@safe final class GzipDecoder: StreamDecoder {
    private enum State {
        case beforeFirstMember
        case inMember
        case betweenMembers
        case finished
    }

    private let input: StoredInput
    /// ISA-L's `inflate_state`, 87 KB.
    private let inflater = ByteBuffer(capacity: sluice_inflate_size())
    private var state = State.beforeFirstMember
    private(set) var warnings: [String] = []

    /// Reads members from `input`, beginning with its first byte.
    init(_ input: StoredInput) { self.input = input }

    /// Decodes as much as fits; 0 at the end. Throws `codec.*` for what is no gzip.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count {
            switch state {
            case .beforeFirstMember:
                // An empty object is an empty text (trap L14).
                if try input.require(1) { try beginMember() } else { state = .finished }
            case .inMember:
                produced += unsafe try inflate(
                    into: UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                )
            case .betweenMembers:
                try findNextMember()
            case .finished:
                return produced
            }
        }
        return produced
    }

    private func beginMember() throws(SluiceError) {
        try GzipHeader.skip(input)
        unsafe sluice_inflate_begin(inflater.base)
        state = .inMember
    }

    private func inflate(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let bytes = unsafe input.bytes
        let step = unsafe sluice_inflate_run(
            inflater.base,
            bytes.baseAddress,
            bytes.count,
            memory.baseAddress,
            memory.count
        )
        // After an error ISA-L's position means nothing: it may lie before the chunk.
        guard step.code >= 0, step.consumed <= bytes.count else { throw Self.error(step.code) }
        input.take(step.consumed)
        if step.finished != 0 {
            state = .betweenMembers
        } else if step.consumed == 0, step.produced == 0 {
            // Only now: ISA-L may hold text back that needs no further input.
            guard input.available == 0 else {
                throw SluiceError(.codecCorrupt, "The gzip decoder makes no progress on this data.")
            }
            guard try input.fill() else {
                throw SluiceError(
                    .codecTruncated,
                    "The object ends inside a gzip member.",
                    hint: "The upload was probably cut off: upload the object again."
                )
            }
        }
        return step.produced
    }

    /// Zeros are padding (gzip.org FAQ 8), another magic is another member, all else is garbage that is
    /// reported (G02).
    private func findNextMember() throws(SluiceError) {
        while try input.require(1) {
            let zeros = unsafe input.bytes.prefix { $0 == 0 }.count
            guard zeros > 0 else { break }
            input.take(zeros)
        }
        let magic = try input.peek(2)
        if magic.isEmpty {
            state = .finished
        } else if magic == [0x1F, 0x8B] {
            try beginMember()
        } else if magic == [0x1F] {
            throw SluiceError(.codecTruncated, "The object ends inside a gzip header.")
        } else {
            try skipGarbage()
        }
    }

    private func skipGarbage() throws(SluiceError) {
        var count = 0
        repeat {
            count += input.available
            input.take(input.available)
        } while try input.fill()
        warnings.append("\(count) bytes of garbage behind the last gzip member were ignored")
        state = .finished
    }

    /// Names of igzip_lib.h's "Inflate Return values".
    private static func error(_ code: Int32) -> SluiceError {
        switch code {
        case ISAL_INCORRECT_CHECKSUM:
            SluiceError(.codecCorrupt, "The checksum or length of a gzip member does not match its data.")
        case ISAL_INVALID_BLOCK: SluiceError(.codecCorrupt, "A gzip member holds an invalid deflate block.")
        case ISAL_INVALID_SYMBOL: SluiceError(.codecCorrupt, "A gzip member holds an invalid deflate symbol.")
        case ISAL_INVALID_LOOKBACK:
            SluiceError(.codecCorrupt, "A gzip member refers to data before its start.")
        default: SluiceError(.codecCorrupt, "A gzip member cannot be decoded (ISA-L code \(code)).")
        }
    }
}
