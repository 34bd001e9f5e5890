internal import Foundation
internal import Glibc

/// The process's own streams: what is a terminal, how wide, and whether it wants colours.
enum Terminal {
    /// The style for standard output.
    static var output: Style { style(of: STDOUT_FILENO) }
    /// The style for standard error.
    static var error: Style { style(of: STDERR_FILENO) }
    /// Whether standard error is a terminal: where progress may be drawn.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes to standard output; a reader that went away ends the command quietly, as pipes are used.
    static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

    /// Writes a line to standard error.
    static func note(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

    /// Writes bytes, all of them. Standard output that takes no more, for instance on a full disk, ends the
    /// command as failed: an answer that is cut off must not look like a whole one.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        let code = unsafe bytes.withUnsafeBytes { unsafe Files.writeAll($0, to: descriptor) }
        if code == 0 { return }
        if code == EPIPE { exit(0) }
        // What standard error does not take can be told nowhere.
        guard descriptor == STDOUT_FILENO else { return }
        Sluice.end(with: Files.failure("write to", "standard output", code))
    }

    private static func style(of descriptor: Int32) -> Style {
        guard isatty(descriptor) == 1 else { return .plain }
        let environment = ProcessInfo.processInfo.environment
        var size = winsize()
        let known = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        // https://no-color.org
        let wants = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        return Style(isColoured: wants, width: known ? Int(size.ws_col) : 80)
    }
}
