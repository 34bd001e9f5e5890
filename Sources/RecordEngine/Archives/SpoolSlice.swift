internal import EventModel

/// A range of a spool, for decoders that are laid around it.
final class SpoolSlice: StreamDecoder {
    private let spool: any Spool
    private let range: Range<UInt64>
    private var position: UInt64
    /// There is nothing to warn about.
    let warnings: [String] = []

    /// Reads the bytes of `range`, which must lie within the spool.
    init(_ spool: any Spool, _ range: Range<UInt64>) {
        self.spool = spool
        self.range = range
        position = range.lowerBound
    }

    /// Bytes that were read.
    var takenBytes: UInt64 { position - range.lowerBound }

    /// Copies what fits; 0 at the end of the range.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = Int(min(UInt64(memory.count), range.upperBound - position))
        guard count > 0 else { return 0 }
        unsafe try spool.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
        position += UInt64(count)
        return count
    }
}

extension GrowingSpool {
    /// Appends all of `input`. Throws where that is more than `limit` bytes.
    func fill(
        from input: StoredInput,
        limit: UInt64,
        betweenReads: () throws(SluiceError) -> Void
    ) throws(SluiceError) {
        repeat {
            try betweenReads()
            let bytes = unsafe input.bytes
            guard byteCount + UInt64(bytes.count) <= limit else {
                throw SluiceError(
                    .archiveSpoolLimit,
                    "The zip archive is larger than \(limit) bytes.",
                    hint: "Raise `max_spool` in the limits of the function if such objects are expected."
                )
            }
            unsafe try append(bytes)
            input.take(bytes.count)
        } while try input.fill()
    }
}
