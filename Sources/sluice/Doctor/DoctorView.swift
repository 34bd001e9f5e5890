package import ControlPlane

/// What `sluice doctor` found.
package struct DoctorView: Codable, Sendable, Hashable {
    /// Whether nothing stands in the service's way.
    package let ok: Bool
    /// All checks, in the order they were made.
    package let checks: [DoctorCheck]

    package init(_ checks: [DoctorCheck]) {
        self.checks = checks
        ok = !checks.contains { $0.status == .bad }
    }
}

/// One check.
package struct DoctorCheck: Codable, Sendable, Hashable {
    /// How it came out.
    package enum Status: String, Codable, Sendable, Hashable {
        /// As it should be.
        case good = "ok"
        /// Works, but worse than it could.
        case warning
        /// The service cannot work.
        case bad = "failed"
    }

    /// What was looked at.
    package let name: String
    package let status: Status
    /// What was found.
    package let detail: String
    /// The command that mends it.
    @OrNull package var command: String?

    package init(_ name: String, _ status: Status, _ detail: String, command: String? = nil) {
        self.name = name
        self.status = status
        self.detail = detail
        self.command = command
    }
}

extension DoctorCheck {
    /// What reading the configuration warned of: it works, but worse than it could.
    static func warnings(_ check: CheckView) -> [DoctorCheck] {
        check.findings.map { finding in
            DoctorCheck(
                "line \(finding.line)",
                .warning,
                "\(finding.code): \(finding.message)",
                command: finding.hint
            )
        }
    }
}

/// How `sluice doctor` tells it.
package enum DoctorText {
    package static func text(_ view: DoctorView, _ style: Style) -> String {
        let width = view.checks.map { Printable.width($0.name) }.max() ?? 0
        var text = ""
        for check in view.checks {
            let (word, tone): (String, Style.Tone) =
                switch check.status {
                case .good: ("ok     ", .good)
                case .warning: ("warning", .warning)
                case .bad: ("failed ", .bad)
                }
            let name = check.name + String(repeating: " ", count: width - Printable.width(check.name))
            text += "\(style(word, tone))  \(Printable.escape(name))  \(Printable.escape(check.detail))\n"
            if let command = check.command {
                text += "         " + style("mend it with:", .faint) + " \(Printable.escape(command))\n"
            }
        }
        return text
    }
}
