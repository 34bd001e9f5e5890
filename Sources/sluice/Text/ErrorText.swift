package import ControlPlane
package import EventModel

/// How a failure is told: code, what failed, and what to do.
package enum ErrorText {
    /// The lines of a failure that ends a command.
    package static func text(_ error: SluiceError, _ style: Style) -> String {
        block(ErrorView(error), style, indent: "")
    }

    /// The lines of a failure.
    package static func block(_ error: ErrorView, _ style: Style, indent: String) -> String {
        var text = indent + style("error", .bad) + " [\(error.code)] \(Printable.escape(error.message))\n"
        if let hint = error.hint { text += indent + style("hint", .faint) + "  \(Printable.escape(hint))\n" }
        return text
    }

    /// The exit code for a failure: 78 for configuration (EX_CONFIG), 64 for usage (EX_USAGE), else 1
    /// (sysexits.h(3head)).
    package static func exitCode(of error: SluiceError) -> Int32 {
        if error.code.name.hasPrefix("config.") { return 78 }
        return error.code == .commandUsage ? 64 : 1
    }
}

extension SluiceError.Code {
    /// The command line cannot be understood.
    package static let commandUsage = Self("command.usage", .usage)
    /// A command found that what it checked is not well.
    package static let commandFailed = Self("command.failed", .usage)
}
