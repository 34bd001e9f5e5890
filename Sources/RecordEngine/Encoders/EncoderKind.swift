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

    /// Makes the encoder.
    func makeEncoder(symbols: inout SymbolTable) -> any RecordEncoder {
        switch self {
        case .ndjson: NDJSONEncoder()
        case .raw: RawEncoder(symbol: symbols.symbol(for: RawEncoder.fieldName))
        }
    }
}
