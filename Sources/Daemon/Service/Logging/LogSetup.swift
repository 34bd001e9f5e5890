internal import Foundation
internal import Glibc
public import Logging

/// The service's logger.
public enum LogSetup {
    /// Logs to standard error; colours only on a terminal that wants them (no-color.org).
    public static func logger(format: LogFormat, level: Logger.Level) -> Logger {
        let environment = ProcessInfo.processInfo.environment
        let wants = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        let isColoured = format == .text && isatty(STDERR_FILENO) == 1 && wants
        return Logger(label: "sluice") { label in
            LineLogHandler(label: label, level: level, format: format, isColoured: isColoured)
        }
    }
}
