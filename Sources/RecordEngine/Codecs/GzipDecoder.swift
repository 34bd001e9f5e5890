internal import EventModel

/// gzip in all its forms (traps G01 to G05): any number of members, zeros behind or between them, garbage at
/// the end.
final class GzipDecoder: StreamDecoder {
    private enum State {
        case beforeFirstMember
        case inMember
        case betweenMembers
        case finished
    }

    private let input: StoredInput
    private let inflater = Inflater(.gzip)
    private var state = State.beforeFirstMember
    private(set) var warnings: [String] = []

    /// Reads members from `input`, beginning with its first byte.
    init(_ input: StoredInput) { self.input = input }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no gzip.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var produced = 0
        while produced < memory.count {
            switch state {
            case .beforeFirstMember:
                // An empty object is an empty text (trap L14).
                if try input.require(1) { try beginMember() } else { state = .finished }
            case .inMember:
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
                let step = unsafe try inflater.step(input, into: rest)
                produced += step.produced
                if step.isFinished { state = .betweenMembers }
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
        inflater.begin()
        state = .inMember
    }

    /// Zeros are padding (gzip.org FAQ 8), another magic is another member, all else is garbage that is
    /// reported (G02).
    private func findNextMember() throws(SluiceError) {
        try input.skipZeros()
        let magic = try input.peek(2)
        if magic.isEmpty {
            state = .finished
        } else if magic == MagicBytes.gzip {
            try beginMember()
        } else if magic == [0x1F] {
            throw .truncated("gzip header")
        } else {
            warnings.append(try input.skipGarbage(behind: "gzip member", magic: MagicBytes.gzip + [8]))
            state = .finished
        }
    }
}
