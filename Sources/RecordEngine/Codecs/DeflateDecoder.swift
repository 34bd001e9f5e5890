internal import EventModel

/// One raw deflate stream (RFC 1951), which has neither magic nor checksum.
///
/// So nothing may stand behind it: damage can end a stream early, and what is left is the only sign of it.
final class DeflateDecoder: StreamDecoder {
    private let input: StoredInput
    private let inflater = Inflater(.deflate)
    private var isBegun = false
    private var isFinished = false
    /// What follows the stream is an error here, never a warning.
    let warnings: [String] = []

    /// Reads a stream from `input`, beginning with its first byte.
    init(_ input: StoredInput) { self.input = input }

    /// Decodes as much as fits; 0 at the end.
    ///
    /// Throws `codec.*` for what is no deflate stream.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        if !isBegun {
            isBegun = true
            // An empty object is an empty text (trap L14).
            if try input.require(1) { inflater.begin() } else { isFinished = true }
        }
        var produced = 0
        while produced < memory.count, !isFinished {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[produced...])
            let step = unsafe try inflater.step(input, into: rest)
            produced += step.produced
            if step.isFinished { try finish() }
        }
        return produced
    }

    private func finish() throws(SluiceError) {
        guard try !input.require(1) else {
            throw SluiceError(
                .codecCorrupt,
                "There are bytes behind the end of the deflate stream.",
                hint: "Use `decompress: zlib` or `gzip` for streams with a header and a checksum."
            )
        }
        isFinished = true
    }
}
