internal import EventModel
internal import Glibc

/// Runs tasks on the executor's threads and lets the driver wait for them.
///
/// `@unchecked Sendable`: the stored properties that change are touched under `lock` only, except by
/// `deinit`, which nobody else can see.
@safe final class PipelineDriverCrew: @unchecked Sendable {
    private let driver: PipelineDriver
    private let executor: any BlockExecutor
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var running = 0
    private var idle: [PipelineDriverWorker] = []

    /// Runs the tasks of one run of `driver` on `executor`.
    init(_ driver: PipelineDriver, _ executor: any BlockExecutor) {
        self.driver = driver
        self.executor = executor
        unsafe lock = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(lock)
        unsafe changed.deallocate()
        unsafe lock.deallocate()
    }

    /// Gives a task to the executor.
    func submit(_ task: PipelineDriverTask) {
        withLock {
            task.isDone = false
            running += 1
        }
        executor.execute { [self] in
            let worker = withLock { idle.popLast() } ?? PipelineDriverWorker(driver)
            worker.run(task)
            withLock {
                idle.append(worker)
                task.isDone = true
                running -= 1
                unsafe pthread_cond_broadcast(changed)
            }
        }
    }

    /// Whether the task is with the driver again.
    func isDone(_ task: PipelineDriverTask) -> Bool { withLock { task.isDone } }

    /// Waits until the task is with the driver again.
    func wait(for task: PipelineDriverTask) {
        withLock { while !task.isDone { unsafe pthread_cond_wait(changed, lock) } }
    }

    /// Waits until no task is with the executor.
    func waitUntilIdle() {
        withLock { while running > 0 { unsafe pthread_cond_wait(changed, lock) } }
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        return body()
    }
}
