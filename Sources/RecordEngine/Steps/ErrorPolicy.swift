/// What becomes of a value that a step cannot read.
enum ErrorPolicy: String, CaseIterable, Sendable {
    /// `reject`: its record is rejected; `null`: the value becomes null; `keep`: the value stays.
    case reject, null, keep

    /// What users read about the option.
    static let option = ComponentSpec.Option(
        "on_error",
        "`reject`, `null` or `keep`",
        standard: "reject",
        "What becomes of a value that cannot be read."
    )
}
