public import EventModel
public import Settings

/// What the check of all triggers together found about one of them.
public struct RuleFinding: Sendable, Hashable {
    /// How bad it is.
    public let severity: Diagnostic.Severity
    /// `config.trigger-loop` or `config.output-collision`.
    public let code: SluiceError.Code
    /// What is wrong.
    public let message: String
    /// What to write instead.
    public let hint: String
    /// The trigger to change.
    public let trigger: TriggerName
    /// Its field to change: `output` or `rejects`.
    public let field: String

    /// Adds findings to the diagnostics, each at its trigger's field; `triggers` is the mapping of all
    /// triggers.
    public static func report(
        _ findings: [RuleFinding],
        triggers: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) {
        for finding in findings {
            let node = triggers.child(finding.trigger.rawValue) ?? triggers
            let field = node.child(finding.field) ?? node
            diagnostics.add(
                Diagnostic(
                    finding.severity,
                    finding.code,
                    finding.message,
                    hint: finding.hint,
                    at: field.location,
                    path: field.path
                )
            )
        }
    }
}

extension ConfigNode {
    fileprivate func child(_ name: String) -> ConfigNode? {
        guard case .mapping(let entries) = value else { return nil }
        return entries.first { $0.name == name }?.value
    }
}
