internal import CSpawn
internal import EventModel
internal import Glibc

/// A child process of ours. Whoever holds it reaps it; its descriptors are never leaked (trap X04).
struct ChildProcess: ~Copyable {
    /// How a child ended.
    enum End: Sendable, Hashable {
        /// By itself, with this code.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
    }

    private var child: sluice_child
    private var isReaped = false

    /// Starts a program; its environment is ours.
    init(executable: String, arguments: [String]) throws(SluiceError) {
        var child = sluice_child()
        var argv: [UnsafeMutablePointer<CChar>?] = unsafe ([executable] + arguments).map { unsafe strdup($0) }
        unsafe argv.append(nil)
        // posix_spawn(3) copies nothing that outlives the call.
        let error = unsafe sluice_spawn(executable, argv, nil, &child)
        unsafe argv.forEach { unsafe free($0) }
        guard error == 0 else {
            throw SluiceError(
                .workerSpawn,
                "'\(executable)' could not be started: \(unsafe String(cString: strerror(error))).",
                hint: "Check the limits of processes and descriptors (ulimit -u, ulimit -n)."
            )
        }
        self.child = child
    }

    deinit {
        guard !isReaped else { return }
        var child = child
        var code: Int32 = 0
        var signal: Int32 = 0
        _ = unsafe sluice_child_reap(&child, &code, &signal)
    }

    /// Writes all of `bytes` to the child's standard input and leaves it open. False: the child reads no
    /// more.
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(child.input, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Waits for output or the child's end, at most so long.
    func wait(milliseconds: Int32) -> (hasOutput: Bool, hasEnded: Bool) {
        var copy = child
        let events = unsafe sluice_child_wait(&copy, milliseconds)
        // A failure of poll(2) itself shows at the next read or at the reaping.
        return (events & 1 != 0, events < 0 || events & 2 != 0)
    }

    /// What can be read now, at most 64 KiB; empty when there is nothing, now or any more.
    func read() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            count = max(0, unsafe Glibc.read(child.output, buffer.baseAddress, buffer.count))
        }
    }

    /// Kills the child and everything that it started.
    func kill() {
        var copy = child
        unsafe sluice_child_kill(&copy)
    }

    /// Waits for the end, kills what is left of the child's group and says how it ended.
    consuming func reap() throws(SluiceError) -> End {
        var code: Int32 = 0
        var signal: Int32 = 0
        let error = unsafe sluice_child_reap(&child, &code, &signal)
        isReaped = true
        guard error == 0 else {
            throw SluiceError(
                .workerProtocol,
                "A worker's end is not known: \(unsafe String(cString: strerror(error)))."
            )
        }
        return signal == 0 ? .exited(code) : .signalled(signal)
    }
}
