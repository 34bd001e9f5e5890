internal import Settings

/// Compiles the list of steps, from the first to the last, and reports every mistake.
struct PipelineCompiler {
    /// Steps of one function.
    static let maximumSteps = 200

    /// The stages of which there is at most one, each in its place.
    private enum Frame: String, CaseIterable {
        /// In their order.
        case decompress, unarchive, charset, frame, parse, encode, compress
    }

    /// What the steps share; holds the findings.
    var context: StepContext
    private var input = InputLayers.auto
    private var archive: ArchivePlan?
    private var output = OutputCodec.none
    private var charset: TextCharset?
    private var framing: ScannedFraming?
    private var parser: ParserPlan?
    private var encoder: (kind: EncoderKind, made: any RecordEncoder)?
    private var lineSteps: [any RecordStep] = []
    private var steps: [any RecordStep] = []
    /// Steps on the rows that `aggregate` makes.
    private var rowSteps: [any RecordStep] = []
    private var lineNames: [String] = []
    private var stepNames: [String] = []
    /// The stages seen so far, with their nodes' places.
    private var seen: [Frame: ConfigNode] = [:]
    private var firstLineStep: ConfigNode?
    private var canonical: [String] = []

    /// Begins with the findings so far.
    init(_ diagnostics: Diagnostics) { context = StepContext(diagnostics) }

    /// The pipeline; meaningless where an error was reported.
    mutating func compile(_ node: ConfigNode, limits: ConfigNode?) -> Pipeline? {
        guard let items = node.list(&context.diagnostics) else { return nil }
        if items.isEmpty || items.count > Self.maximumSteps {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) must have 1 to \(Self.maximumSteps) steps.",
                at: node
            )
        }
        for item in items { step(item) }
        if parser == nil, let first = firstLineStep ?? seen[.frame] ?? seen[.charset] {
            context.diagnostics.error(
                .configStepOrder,
                "\(first.path) works on records, and nothing parses them.",
                hint: "Add '- parse: raw' to work on lines of text.",
                at: first
            )
        }
        var reader = limits.map { LimitsReader($0, &context.diagnostics) } ?? LimitsReader()
        reader.maximumDepth = min(reader.maximumDepth, LimitsReader.depths.upperBound)
        canonical.append("limits(\(reader.canonicalText))")
        let processor = parser.map { makeProcessor($0, reader) }
        if context.symbols.names.count > SymbolTable.maximumCount {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) mentions more than \(SymbolTable.maximumCount) field names.",
                at: node
            )
            return nil
        }
        return Pipeline(
            inputCodec: input,
            archive: archive,
            outputCodec: output,
            limits: reader.engine,
            canonicalText: canonical.joined(separator: "\n"),
            processor: processor
        )
    }

    private mutating func makeProcessor(_ parser: ParserPlan, _ limits: LimitsReader) -> PipelineProcessor {
        let encoder = encoder ?? (.ndjson, NDJSONEncoder())
        let truncates = framing?.tooLong == .truncate
        let truncationSymbol = truncates ? context.symbols.symbol(for: TruncationMark.fieldName) : 0
        // Parsers find their own names by asking for them again.
        for name in parser.fields.names.sorted() { _ = context.symbols.symbol(for: name) }
        return PipelineProcessor(
            lineSteps: lineSteps,
            parser: parser,
            steps: steps,
            rowSteps: rowSteps,
            encoder: encoder.made,
            needsUTF8: encoder.kind.needsUTF8 || charset?.needsUTF8 == true,
            framing: DecodedFraming(charset: charset ?? .unspecified, framing: framing ?? parser.framing),
            symbols: context.symbols,
            spareFields: context.spareFields,
            slotCount: context.slotCount,
            maximumDepth: limits.maximumDepth,
            truncationSymbol: truncationSymbol,
            maximumRecordBytes: limits.engine.maxRecordBytes,
            stageNames: lineNames + ["parse: \(parser.spec.name)"] + stepNames + [
                "encode: \(encoder.kind.rawValue)"
            ]
        )
    }

    /// One item of the list: a mapping with one entry.
    private mutating func step(_ node: ConfigNode) {
        guard case .mapping(let entries) = node.value, !entries.isEmpty else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath) must be a step, such as 'parse: json'.",
                at: node
            )
            return
        }
        if entries.count > 1 {
            context.diagnostics.add(
                Diagnostic(
                    .error,
                    .configInvalidValue,
                    "\(node.displayPath) holds \(entries.count) steps.",
                    hint: "Begin each step with '- '.",
                    at: entries[1].location,
                    path: node.path
                )
            )
        }
        for entry in entries { step(entry) }
    }

    private mutating func step(_ entry: ConfigNode.Entry) {
        if let frame = Frame(rawValue: entry.name) {
            self.frame(frame, entry)
        } else if let kind = StepKind(rawValue: entry.name) {
            recordStep(kind, entry)
        } else {
            let known = Frame.allCases.map(\.rawValue) + StepKind.allCases.map(\.rawValue)
            context.diagnostics.add(
                Diagnostic(
                    .error,
                    .configUnknownStep,
                    "There is no step '\(entry.name)'.",
                    hint: Suggestion.hint(for: entry.name, among: known),
                    at: entry.location,
                    path: entry.value.path
                )
            )
        }
    }

    private mutating func recordStep(_ kind: StepKind, _ entry: ConfigNode.Entry) {
        refuse(entry, behind: [.encode, .compress])
        if parser == nil, seen[.parse] == nil {
            if kind.worksOnLines {
                firstLineStep = firstLineStep ?? entry.value
            } else {
                order(entry, "'\(entry.name)' works on records: it stands behind 'parse'.")
            }
        }
        let isOnRows = context.isBehindAggregate
        if isOnRows, kind == .aggregate { order(entry, "'aggregate' stands here a second time.") }
        let compiled = kind.compile(entry.value, &context)
        note(kind.spec, entry.value)
        if context.isBeforeParse {
            lineSteps += compiled
            lineNames += compiled.map { _ in entry.name }
        } else {
            if isOnRows { rowSteps += compiled } else { steps += compiled }
            stepNames += compiled.map { step in
                step.madeField.map { "\(entry.name): \($0)" } ?? entry.name
            }
        }
    }

    private mutating func frame(_ frame: Frame, _ entry: ConfigNode.Entry) {
        if seen[frame] != nil { order(entry, "'\(frame.rawValue)' stands here a second time.") }
        switch frame {
        case .decompress:
            if !canonical.isEmpty { order(entry, "'decompress' is the first step.") }
            input = CompressionReader.readLayers(entry.value, &context.diagnostics) ?? input
            canonical.append("decompress@2(\(input.text))")
        case .unarchive:
            let isFirst = canonical.isEmpty || seen[.decompress] != nil && canonical.count == 1
            if !isFirst { order(entry, "'unarchive' stands before all steps but 'decompress'.") }
            archive = ArchivePlanReader.read(entry.value, &context.diagnostics) ?? archive
            canonical.append("unarchive@1(\(CanonicalNode.text(entry.value, replacing: "", by: nil)))")
        case .charset:
            refuse(entry, behind: [.frame, .parse, .encode, .compress])
            refuseBehindLineSteps(entry)
            charset = CharsetReader.read(entry.value, &context.diagnostics) ?? charset
            note(CharsetReader.spec, entry.value)
        case .frame:
            refuse(entry, behind: [.parse, .encode, .compress])
            refuseBehindLineSteps(entry)
            makeFraming(entry.value)
        case .parse:
            refuse(entry, behind: [.encode, .compress])
            parser = plan(entry.value) ?? parser
            checkFraming(entry)
            context.fields = parser?.fields ?? KnownFields(isOpen: true, names: [])
            if framing?.tooLong == .truncate { context.add(TruncationMark.fieldName) }
            if let parser { note(parser.spec, mapping(entry.value)) }
            context.isBeforeParse = false
        case .encode:
            refuse(entry, behind: [.compress])
            if seen[.parse] == nil { order(entry, "'encode' works on records: it stands behind 'parse'.") }
            encoder = makeEncoder(entry.value) ?? encoder
            if let encoder { note(encoder.kind.spec, mapping(entry.value)) }
        case .compress:
            output = CompressionReader.read(entry.value, &context.diagnostics) ?? output
            canonical.append("compress@2(\(output))")
        }
        seen[frame] = entry.value
    }

    private mutating func makeFraming(_ node: ConfigNode) {
        guard var options = ComponentOptions(node, &context.diagnostics),
            let kind = options.format.choice(FramingKind.self, &context.diagnostics)
        else { return }
        framing = kind.compile(&options, &context.diagnostics)
        options.finish(&context.diagnostics)
        note(kind.spec, node)
    }

    /// A parser that cuts the text itself takes no other framing.
    private mutating func checkFraming(_ entry: ConfigNode.Entry) {
        guard let parser, seen[.frame] != nil, !(parser.framing is LineFraming) else { return }
        order(entry, "'parse: \(parser.spec.name)' cuts the text into records itself: leave out 'frame'.")
    }

    private mutating func refuseBehindLineSteps(_ entry: ConfigNode.Entry) {
        if firstLineStep != nil { order(entry, "'\(entry.name)' stands before the steps on lines.") }
    }

    private mutating func plan(_ node: ConfigNode) -> ParserPlan? {
        guard var options = ComponentOptions(node, &context.diagnostics),
            let kind = options.format.choice(ParserKind.self, &context.diagnostics)
        else { return nil }
        let plan = kind.compile(&options, &context)
        options.finish(&context.diagnostics)
        return plan
    }

    private mutating func makeEncoder(_ node: ConfigNode) -> (EncoderKind, any RecordEncoder)? {
        guard var options = ComponentOptions(node, &context.diagnostics),
            let kind = options.format.choice(EncoderKind.self, &context.diagnostics)
        else { return nil }
        let made = kind.compile(&options, &context)
        options.finish(&context.diagnostics)
        return made.map { (kind, $0) }
    }

    /// The node where it holds options; a bare word counts by its spec alone.
    private func mapping(_ node: ConfigNode) -> ConfigNode? {
        if case .mapping = node.value { return node }
        return nil
    }

    /// Reports a step that stands behind one of these.
    private mutating func refuse(_ entry: ConfigNode.Entry, behind frames: [Frame]) {
        guard let frame = frames.first(where: { seen[$0] != nil }) else { return }
        order(entry, "'\(entry.name)' cannot stand behind '\(frame.rawValue)'.")
    }

    private mutating func order(_ entry: ConfigNode.Entry, _ message: String) {
        context.diagnostics.add(
            Diagnostic(
                .error,
                .configStepOrder,
                message,
                hint:
                    "The order is decompress, unarchive, charset, frame, keep_if or drop_if on lines, parse, "
                    + "steps, encode, compress.",
                at: entry.location,
                path: entry.value.path
            )
        )
    }

    private mutating func note(_ spec: ComponentSpec, _ node: ConfigNode?) {
        let value = node.map { CanonicalNode.text($0, replacing: "key", by: context.keyMarks[$0.path]) } ?? ""
        canonical.append("\(spec.name)@\(spec.semantics)(\(value))")
    }
}
