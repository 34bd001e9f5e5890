public import ControlPlane
internal import EventModel
internal import Settings

extension CheckView {
    /// Shows what reading a configuration found.
    public init(_ result: ConfigurationLoader.Result) {
        let findings = result.diagnostics.map { finding in
            FindingView(
                severity: finding.severity.rawValue,
                code: finding.code.name,
                message: finding.message,
                hint: finding.hint,
                line: finding.location.line,
                column: finding.location.column,
                path: finding.path
            )
        }
        self.init(ok: result.configuration != nil, file: result.file, findings: findings)
    }
}
