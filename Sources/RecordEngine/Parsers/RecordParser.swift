/// Turns the live records of a batch into fields.
protocol RecordParser {
    /// Fills fields; drops blank records and rejects malformed ones.
    func parse(_ batch: RecordBatch)
}

/// What a step, parser or encoder is called, does and guarantees: help and fingerprints are made from it.
public struct ComponentSpec: Sendable, Hashable {
    /// The word in the configuration.
    public let name: String
    /// One sentence.
    public let summary: String
    /// Raised whenever the same configuration makes other bytes of the same input; part of the fingerprint.
    public let semantics: Int
    /// YAML.
    public let example: String
    /// The fields it makes, where they are always the same.
    public var fields: [String] = []
}

/// The formats of `parse`.
enum ParserKind: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case json, combined, common, logfmt, raw

    /// What the format is.
    var spec: ComponentSpec {
        switch self {
        case .json: JSONParser.spec
        case .combined: AccessLogParser.combined
        case .common: AccessLogParser.common
        case .logfmt: LogfmtParser.spec
        case .raw: RawParser.spec
        }
    }

    /// Makes the parser of one thread; `isWrittenAsJSON` asks for well-formed UTF-8.
    func makeParser(symbols: SymbolTable, maximumDepth: Int, isWrittenAsJSON: Bool) -> any RecordParser {
        var symbols = symbols
        let names = spec.fields.map { symbols.symbol(for: $0) }
        return switch self {
        case .json: JSONParser(maximumDepth: maximumDepth)
        case .combined: AccessLogParser(symbols: names, isCombined: true)
        case .common: AccessLogParser(symbols: names, isCombined: false)
        case .logfmt: LogfmtParser()
        case .raw: RawParser(symbol: names[0], needsUTF8: isWrittenAsJSON)
        }
    }
}
