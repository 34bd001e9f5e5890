/// A parser as it is configured: makes one parser for each thread.
struct ParserPlan: Sendable {
    /// What it is.
    let spec: ComponentSpec
    /// The names that its records have.
    let fields: KnownFields
    /// Further names that the parser looks for, and that its records do not have.
    var soughtNames: [String] = []
    /// How the text is cut into records, where the configuration does not say.
    var framing: any Framing = LineFraming()
    /// What each block must know of the unit's text before it (the last `#Fields:` of a W3C log): takes what
    /// was carried so far and the text of a block, on the driver's thread.
    var carry: (@Sendable ([UInt8], borrowing Block) -> [UInt8])?
    /// What users should know of how a unit is read.
    var note: (@Sendable (UnitContext) -> String?)?
    /// Makes the parser of one thread.
    let makeParser: @Sendable (ParserSetup) -> any RecordParser

    /// A parser that always makes the fields of its spec; a spec without fields leaves them open.
    init(_ spec: ComponentSpec, makeParser: @escaping @Sendable (ParserSetup) -> any RecordParser) {
        self.init(
            spec,
            fields: KnownFields(isOpen: spec.fields.isEmpty, names: spec.fields),
            makeParser: makeParser
        )
    }

    /// A parser whose fields depend on how it is configured.
    init(
        _ spec: ComponentSpec,
        fields: KnownFields,
        makeParser: @escaping @Sendable (ParserSetup) -> any RecordParser
    ) {
        self.spec = spec
        self.fields = fields
        self.makeParser = makeParser
    }
}

/// What every parser is told when it is made.
struct ParserSetup: Sendable {
    /// The names that the function mentions; those of the parser's known fields are among them.
    let symbols: SymbolTable
    /// Levels of nesting that JSON may have.
    let maximumDepth: Int
    /// Whether every value must be well-formed UTF-8, because it is written as JSON.
    let needsUTF8: Bool

    /// The symbols of names, in order.
    func symbols(of names: [String]) -> [UInt16] { names.map { symbols.known($0) } }
}
