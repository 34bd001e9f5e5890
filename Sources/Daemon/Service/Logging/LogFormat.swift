internal import Glibc

/// How the service's log is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: one line, colours on a terminal.
    case text
    /// For machines: one JSON object per line.
    case json

    /// Text where standard error is a terminal, JSON elsewhere.
    public static var automatic: LogFormat { isatty(STDERR_FILENO) == 1 ? .text : .json }
}
