internal import EventModel

/// The stored bytes of an object, or the bytes that another decoder makes, chunk by chunk: what decoders read
/// from.
///
/// Invariant: `0 ≤ start ≤ end ≤ capacity`; the bytes in `start..<end` were read and not yet taken.
@safe final class StoredInput {
    private enum Origin {
        case source(any ByteSource)
        case layer(any StreamDecoder)
    }

    private let origin: Origin
    private let memory: ByteBuffer
    private let capacity: Int
    /// Bytes before `start` that are kept when more is read, so that they can be given back.
    private static let keptBytes = 8
    private var start = 0
    private var end = 0
    /// Whether the source has no more bytes; there may still be some `available`.
    private(set) var isAtEnd = false
    /// Bytes that decoders have taken.
    private(set) var takenBytes: UInt64 = 0

    /// Reads `source` in chunks of up to `capacity` bytes.
    convenience init(_ source: any ByteSource, capacity: Int = 256 << 10) {
        self.init(.source(source), capacity)
    }

    /// Reads what `layer` decodes, in chunks of up to `capacity` bytes.
    convenience init(layer: any StreamDecoder, capacity: Int = 256 << 10) {
        self.init(.layer(layer), capacity)
    }

    private init(_ origin: Origin, _ capacity: Int) {
        self.origin = origin
        self.capacity = capacity + Self.keptBytes
        memory = ByteBuffer(capacity: capacity + Self.keptBytes)
    }

    /// How many bytes can be taken now.
    var available: Int { end - start }

    /// The bytes that can be taken now; valid until the next call that reads.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: memory.base + start, count: end - start)
    }

    /// Marks bytes as consumed.
    func take(_ count: Int) {
        precondition(count >= 0 && count <= available, "A decoder took more bytes than there are.")
        start += count
        takenBytes &+= UInt64(count)
    }

    /// Gives back the bytes that were taken last, at most 8: for decoders that read whole words.
    func giveBack(_ count: Int) {
        precondition(count >= 0 && count <= min(start, Self.keptBytes), "These bytes are gone.")
        start -= count
        takenBytes &-= UInt64(count)
    }

    /// Reads more; false when the source has ended.
    func fill() throws(SluiceError) -> Bool {
        if isAtEnd { return false }
        if start == end || end == capacity, start > Self.keptBytes {
            let surplus = start - Self.keptBytes
            unsafe memory.base.copyMemory(from: memory.base + surplus, byteCount: end - surplus)
            end -= surplus
            start = Self.keptBytes
        }
        precondition(end < capacity, "A decoder asked for more bytes than a chunk holds.")
        let read = unsafe try readSource(
            into: UnsafeMutableRawBufferPointer(start: memory.base + end, count: capacity - end)
        )
        end += read
        return read > 0
    }

    /// Reads until `count` bytes are available or the source has ended; whether they are there.
    func require(_ count: Int) throws(SluiceError) -> Bool {
        while available < count {
            if try !fill() { return false }
        }
        return true
    }

    /// Takes one byte; nil at the end.
    func nextByte() throws(SluiceError) -> UInt8? {
        guard try require(1) else { return nil }
        let byte = unsafe memory.base.load(fromByteOffset: start, as: UInt8.self)
        take(1)
        return byte
    }

    /// Up to `count` of the next bytes, not taken; fewer at the end.
    func peek(_ count: Int) throws(SluiceError) -> [UInt8] {
        _ = try require(count)
        return unsafe [UInt8](bytes.prefix(count))
    }

    /// Takes bytes straight into the caller's memory: no copy once the first chunk is used up. 0 at the end.
    func copy(into target: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        if available == 0 {
            let read = unsafe isAtEnd ? 0 : try readSource(into: target)
            takenBytes &+= UInt64(read)
            return read
        }
        let count = min(available, target.count)
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        take(count)
        return count
    }

    private func readSource(into target: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count: Int
        switch origin {
        case .source(let source):
            var span = unsafe OutputRawSpan(buffer: target, initializedCount: 0)
            try source.read(into: &span)
            unsafe count = span.finalize(for: target)
        case .layer(let decoder):
            unsafe count = try decoder.decode(into: target)
        }
        if count == 0 { isAtEnd = true }
        return count
    }
}

extension StoredInput {
    /// Takes the zeros that come next: padding of blocks and tapes.
    func skipZeros() throws(SluiceError) {
        while try require(1) {
            let zeros = unsafe bytes.prefix { $0 == 0 }.count
            guard zeros > 0 else { return }
            take(zeros)
        }
    }

    /// Takes everything up to the end, and says so in a warning (trap G02).
    ///
    /// Bytes that begin almost like `magic`, three bytes, are no garbage but a further part whose first bytes
    /// are damaged: to leave it out would lose its text.
    func skipGarbage(behind part: String, magic: [UInt8]) throws(SluiceError) -> String {
        let matches = zip(try peek(magic.count), magic).count { $0 == $1 }
        guard matches < 2 else {
            throw SluiceError(
                .codecCorrupt,
                "What follows a \(part) begins almost like another one, and is none.",
                hint: "The object is probably damaged: upload it again."
            )
        }
        var count = 0
        repeat {
            count += available
            take(available)
        } while try fill()
        return "\(count) bytes of garbage behind the last \(part) were ignored"
    }
}
