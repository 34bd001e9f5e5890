internal import EventModel
internal import Glibc
internal import RecordEngine

/// A file's bytes in memory, so that the disk is not measured.
final class MemoryFile: ByteSource {
    /// All of them.
    let bytes: [UInt8]
    private var offset = 0

    /// Reads the whole file; nil when it cannot be read.
    init?(path: String) {
        guard let file = unsafe fopen(path, "rb") else { return nil }
        defer { unsafe fclose(file) }
        unsafe fseek(file, 0, SEEK_END)
        let count = unsafe ftell(file)
        unsafe rewind(file)
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe initialized = fread(buffer.baseAddress, 1, count, file)
        }
    }

    func rewindToStart() { offset = 0 }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let count = min(buffer.freeCapacity, bytes.count - offset)
        unsafe buffer.withUnsafeMutableBytes { memory, used in
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[used...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
            }
            used += count
        }
        offset += count
    }
}

/// Sinks that forget what they are given.
final class NoSinks: PipelineSinks, ByteSink {
    /// How many were asked for.
    var opened = 0

    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        opened += 1
        return self
    }
    func close(_ output: PipelineOutput) throws(SluiceError) {}
    func discard(_ output: PipelineOutput) throws(SluiceError) {}
    func write(_ bytes: RawSpan) throws(SluiceError) {}
}

/// A fixed number of threads for the lifetime of the process.
///
/// `@unchecked Sendable`: the queue is touched under the lock only, the rest never changes.
@safe final class ThreadPool: BlockExecutor, @unchecked Sendable {
    let parallelism: Int
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [@Sendable () -> Void] = []

    init(_ count: Int) {
        parallelism = count
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
        for _ in 0..<count {
            var thread = pthread_t()
            let context = unsafe Unmanaged.passRetained(self).toOpaque()
            unsafe pthread_create(
                &thread,
                nil,
                { context in
                    guard let context = unsafe context else { return nil }
                    unsafe Unmanaged<ThreadPool>.fromOpaque(context).takeUnretainedValue().work()
                },
                context
            )
            pthread_detach(thread)
        }
    }

    func execute(_ work: @escaping @Sendable () -> Void) {
        unsafe pthread_mutex_lock(lock)
        queue.append(work)
        unsafe pthread_cond_signal(changed)
        unsafe pthread_mutex_unlock(lock)
    }

    private func work() -> Never {
        while true {
            unsafe pthread_mutex_lock(lock)
            while queue.isEmpty { unsafe pthread_cond_wait(changed, lock) }
            let next = queue.removeFirst()
            unsafe pthread_mutex_unlock(lock)
            next()
        }
    }
}
