internal import Glibc

/// Changes of files that a test needs; each must succeed.
enum FileTree {
    static func move(_ from: String, _ to: String) {
        precondition(unsafe rename(from, to) == 0, "\(from) could not be renamed to \(to).")
    }

    static func link(_ from: String, _ to: String) {
        precondition(unsafe Glibc.link(from, to) == 0, "\(from) could not be linked to \(to).")
    }

    static func linkSymbolically(_ target: String, _ path: String) {
        precondition(unsafe symlink(target, path) == 0, "The link \(path) could not be made.")
    }

    static func makeFIFO(_ path: String) {
        precondition(unsafe mkfifo(path, 0o644) == 0, "The FIFO \(path) could not be made.")
    }

    static func remove(_ path: String) {
        precondition(unsafe unlink(path) == 0, "\(path) could not be removed.")
    }

    static func setMode(_ path: String, _ mode: mode_t) {
        precondition(unsafe chmod(path, mode) == 0, "The mode of \(path) could not be set.")
    }

    static func setModified(_ path: String, seconds: Int) {
        let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        precondition(unsafe utimensat(AT_FDCWD, path, times, 0) == 0, "The time of \(path) could not be set.")
    }

    /// Lets the calling thread access files as another user, when the test runs as root (setfsuid(2) is per
    /// thread).
    static func becomeNobodyOnThisThread() {
        guard geteuid() == 0 else { return }
        // Glibc's module does not show setfsuid; the symbol has this very type.
        typealias SetUser = @convention(c) (uid_t) -> CInt
        guard let symbol = unsafe dlsym(nil, "setfsuid") else { preconditionFailure("No setfsuid(2).") }
        _ = unsafe unsafeBitCast(symbol, to: SetUser.self)(65_534)
    }

    static var canMount: Bool { geteuid() == 0 }

    static func mount(_ path: String, _ options: String) {
        precondition(unsafe Glibc.mount("tmpfs", path, "tmpfs", 0, options) == 0, "\(path) was not mounted.")
    }

    /// Shows a directory a second time (mount(2), MS_BIND).
    static func bind(_ source: String, _ path: String) {
        precondition(unsafe Glibc.mount(source, path, nil, 4096, nil) == 0, "\(source) was not bound.")
    }

    static func unmount(_ path: String) { _ = unsafe umount2(path, 2) }
}
