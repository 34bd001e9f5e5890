/// The formats of `encode`.
enum EncoderKind: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case ndjson, json, csv, tsv, logfmt, raw

    /// What the format is.
    var spec: ComponentSpec {
        switch self {
        case .ndjson: NDJSONEncoder.spec
        case .json: JSONListEncoder.spec
        case .csv: CSVEncoder.csv
        case .tsv: CSVEncoder.tsv
        case .logfmt: LogfmtEncoder.spec
        case .raw: RawEncoder.spec
        }
    }

    /// Whether what is written must be well-formed UTF-8.
    var needsUTF8: Bool { self != .raw }

    /// Reads the format's options, reports their mistakes and makes the encoder; nil where there is one.
    func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> (any RecordEncoder)? {
        switch self {
        case .ndjson: NDJSONEncoder()
        case .json: JSONListEncoder()
        case .csv: CSVEncoder.compile(CSVEncoder.csv, &options, &context)
        case .tsv: CSVEncoder.compile(CSVEncoder.tsv, &options, &context)
        case .logfmt: LogfmtEncoder()
        case .raw: RawEncoder.compile(&options, &context)
        }
    }
}
