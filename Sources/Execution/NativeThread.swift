internal import CLinux
public import EventModel

/// Threads of our own, so that blocking calls and long computations stay off Swift's cooperative pool (trap
/// X01).
public enum NativeThread {
    /// Stack of threads that run codecs, parsers and users' functions.
    public static let fullStackBytes = 8 << 20
    /// Stack of threads that only make system calls.
    public static let smallStackBytes = 512 << 10

    /// How many processors this process may run on (sched_getaffinity(2)); at least 1.
    public static var availableProcessorCount: Int { max(1, Int(sluice_available_processors())) }

    /// Starts a thread that ends when `body` returns; `name` is cut to 15 bytes.
    ///
    /// The thread takes no signals of the process, and hands that mask on to programs that it starts.
    /// Throws `system.call-failed` when the system has no more threads to give.
    public static func start(
        name: String, stackBytes: Int = fullStackBytes, _ body: @escaping @Sendable () -> Void
    ) throws(SluiceError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        let result = unsafe sluice_start_thread(UInt(stackBytes), runThread, start.toOpaque())
        guard result != 0 else { return }
        unsafe start.release()
        throw SluiceError(
            .systemCall, "The thread “\(name)” could not be started: \(errorText(-result)).",
            hint: "Raise the limit of processes (ulimit -u, TasksMax= of the unit) or lower `workers`."
        )
    }

    /// What the system calls an errno: `No such file or directory`.
    public static func errorText(_ number: Int32) -> String {
        guard let text = unsafe sluice_error_text(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}

/// What a new thread is given.
private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    unsafe sluice_name_this_thread(start.name)
    start.body()
    return nil
}
