internal import ArgumentParser
internal import Daemon
internal import Logging

/// A log level on the command line.
struct LogLevelArgument: ExpressibleByArgument {
    let level: Logger.Level

    init(level: Logger.Level) { self.level = level }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.level = level
    }

    var defaultValueDescription: String { level.rawValue }
}

/// A log format on the command line.
struct LogFormatArgument: ExpressibleByArgument {
    let format: LogFormat

    init?(argument: String) {
        guard let format = LogFormat(rawValue: argument.lowercased()) else { return nil }
        self.format = format
    }

    static var allValueStrings: [String] { LogFormat.allCases.map(\.rawValue) }
}
