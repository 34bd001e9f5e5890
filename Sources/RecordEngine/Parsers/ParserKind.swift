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
