internal import EventModel
internal import Glibc
internal import RecordEngine

/// Appends a copy of `bytes`, all at once: tests run in debug builds, too.
private func fill(_ buffer: inout OutputRawSpan, from bytes: ArraySlice<UInt8>) {
    unsafe buffer.withUnsafeMutableBytes { memory, count in
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyBytes(from: bytes)
        count += bytes.count
    }
}

/// Bytes in memory, given out in chunks of a fixed size.
final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private let chunk: Int
    private(set) var offset = 0

    init(_ bytes: [UInt8], chunk: Int = .max) {
        self.bytes = bytes
        self.chunk = chunk
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let count = min(chunk, buffer.freeCapacity, bytes.count - offset)
        fill(&buffer, from: bytes[offset..<offset + count])
        offset += count
    }
}

/// A source that repeats one chunk, so that tests of large objects need no large memory.
final class RepeatingSource: ByteSource {
    private let head: [UInt8]
    private let unit: [UInt8]
    private let tail: [UInt8]
    private let headAndUnits: Int
    private var offset = 0

    init(head: [UInt8] = [], unit: [UInt8], count: Int, tail: [UInt8] = []) {
        self.head = head
        self.unit = unit
        self.tail = tail
        headAndUnits = head.count + unit.count * count
    }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let part: ArraySlice<UInt8> =
            if offset < head.count {
                head[offset...]
            } else if offset < headAndUnits {
                unit[((offset - head.count) % unit.count)...]
            } else {
                tail[(offset - headAndUnits)...]
            }
        let taken = part.prefix(buffer.freeCapacity)
        fill(&buffer, from: taken)
        offset += taken.count
    }
}

/// Collects bytes.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: RawSpan) throws(SluiceError) {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }
}

/// Opens sinks in memory and remembers in which order.
final class MemorySinks: PipelineSinks {
    private(set) var opened: [OutputRole] = []
    let result = MemorySink()
    let rejects = MemorySink()
    let wanted: Set<OutputRole>

    init(wanted: Set<OutputRole> = [.result, .rejects]) { self.wanted = wanted }

    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        opened.append(output.role)
        guard wanted.contains(output.role) else { return nil }
        return output.role == .result ? result : rejects
    }

    func close(_ output: PipelineOutput) throws(SluiceError) {}
    func discard(_ output: PipelineOutput) throws(SluiceError) {}
}

/// Copies lines; those that begin with `d` are dropped, those that begin with `r` rejected.
struct LineProcessor: BlockProcessor {
    var isStateless = true
    /// Forgets to count a drop, a reject, or to write a line, in the block with this first record.
    var fault: (@Sendable (_ firstRecord: UInt64, _ output: BlockOutput) -> Void)?

    final class Scratch: BlockScratch {}

    func makeScratch() -> any BlockScratch { Scratch() }

    func process(
        _ block: borrowing Block,
        into output: BlockOutput,
        scratch: any BlockScratch
    ) throws(SluiceError) {
        let text = unsafe block.text.bytes
        var start = 0
        while start < text.count {
            let end = unsafe Newlines.first(in: text, from: start) ?? text.count
            let line = unsafe UnsafeRawBufferPointer(rebasing: text[start..<end])
            switch unsafe line.first {
            case UInt8(ascii: "d"): output.tally.dropped += 1
            case UInt8(ascii: "r"):
                output.tally.rejected += 1
                unsafe output.rejects.append(line)
                output.rejects.append(10)
            default:
                unsafe output.encoded.append(line)
                output.encoded.append(10)
            }
            start = end + 1
        }
        for record in block.oversized {
            output.tally.rejected += 1
            for byte in "oversized \(record.record) \(record.byteCount)\n".utf8 {
                output.rejects.append(byte)
            }
        }
        output.counters = [block.recordCount, 1]
        fault?(block.firstRecord, output)
    }
}

/// A fixed number of threads that run closures, the oldest first or any of them next; ends them when it goes.
///
/// `@unchecked Sendable`: what changes is touched under the lock only.
@safe final class TestPool: BlockExecutor, @unchecked Sendable {
    let parallelism: Int
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [@Sendable () -> Void] = []
    private var isClosed = false
    private var threads: [pthread_t] = []
    /// Chooses what runs next; nil for the oldest.
    private var order: SeededRandom?

    init(_ count: Int, seed: UInt64? = nil) {
        parallelism = count
        order = seed.map(SeededRandom.init)
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
        for _ in 0..<count {
            var thread = pthread_t()
            let context = unsafe Unmanaged.passUnretained(self).toOpaque()
            unsafe pthread_create(
                &thread,
                nil,
                { context in
                    guard let context = unsafe context else { return nil }
                    unsafe Unmanaged<TestPool>.fromOpaque(context).takeUnretainedValue().work()
                    return nil
                },
                context
            )
            threads.append(thread)
        }
    }

    /// Ends the threads; to be called once, by the owner.
    func close() {
        unsafe pthread_mutex_lock(lock)
        isClosed = true
        unsafe pthread_cond_broadcast(changed)
        unsafe pthread_mutex_unlock(lock)
        for thread in threads { pthread_join(thread, nil) }
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
        unsafe changed.deallocate()
    }

    func execute(_ work: @escaping @Sendable () -> Void) {
        unsafe pthread_mutex_lock(lock)
        queue.append(work)
        unsafe pthread_cond_signal(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    private func work() {
        unsafe pthread_mutex_lock(lock)
        while true {
            if queue.isEmpty {
                if isClosed { break }
                unsafe pthread_cond_wait(changed, lock)
                continue
            }
            // A random order lets later blocks be done before earlier ones, as a busy machine does.
            let choice = order == nil ? 0 : Int((order?.next() ?? 0) % UInt64(queue.count))
            let next = queue.remove(at: choice)
            unsafe pthread_mutex_unlock(lock)
            next()
            unsafe pthread_mutex_lock(lock)
        }
        unsafe pthread_mutex_unlock(lock)
    }
}
