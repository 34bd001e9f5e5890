/// The formats of `parse`.
enum ParserKind: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case json, combined, common, logfmt, csv, tsv, regex, grok, dissect, raw
    /// Keys and values.
    case keyValue = "key_value"

    /// What the format is.
    var spec: ComponentSpec {
        switch self {
        case .json: JSONParser.spec
        case .combined: AccessLogParser.combined
        case .common: AccessLogParser.common
        case .logfmt: LogfmtParser.spec
        case .csv: CSVParser.csv
        case .tsv: CSVParser.tsv
        case .regex: RegexParser.spec
        case .grok: GrokParser.spec
        case .dissect: DissectParser.spec
        case .keyValue: KeyValueParser.spec
        case .raw: RawParser.spec
        }
    }

    /// Reads the format's options and reports their mistakes; nil where there is one.
    func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        switch self {
        case .json: JSONParser.compile(&options, &context)
        case .combined: AccessLogParser.plan(AccessLogParser.combined)
        case .common: AccessLogParser.plan(AccessLogParser.common)
        case .logfmt: LogfmtParser.plan
        case .csv: CSVParser.compile(CSVParser.csv, &options, &context)
        case .tsv: CSVParser.compile(CSVParser.tsv, &options, &context)
        case .regex: RegexParser.compile(&options, &context)
        case .grok: GrokParser.compile(&options, &context)
        case .dissect: DissectParser.compile(&options, &context)
        case .keyValue: KeyValueParser.compile(&options, &context)
        case .raw: RawParser.plan
        }
    }
}
