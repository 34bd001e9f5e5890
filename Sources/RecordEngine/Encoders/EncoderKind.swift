/// The formats of `encode`.
enum EncoderKind: String, CaseIterable, Sendable {
    /// JSON lines, or the text of the field `line`.
    case ndjson, raw

    /// What the format is.
    var spec: ComponentSpec {
        switch self {
        case .ndjson: NDJSONEncoder.spec
        case .raw: RawEncoder.spec
        }
    }

    /// Whether what is written must be well-formed UTF-8.
    var needsUTF8: Bool { self != .raw }

    /// Reads the format's options, reports their mistakes and makes the encoder; nil where there is one.
    func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> (any RecordEncoder)? {
        switch self {
        case .ndjson: NDJSONEncoder()
        case .raw: RawEncoder.compile(options, &context)
        }
    }
}
