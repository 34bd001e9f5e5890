internal import ExpressionLanguage
internal import Settings

/// What the steps of one function share while they are compiled.
struct StepContext {
    /// The findings so far.
    var diagnostics: Diagnostics
    /// What steps need beside the configuration.
    var resources = PipelineResources.system
    /// The names mentioned so far.
    var symbols = SymbolTable()
    /// The fields at the place that is compiled.
    var fields = KnownFields(isOpen: false, names: ["line"])
    /// Whether steps see raw lines.
    var isBeforeParse = true
    /// Whether steps see rows that an `aggregate` step made.
    private(set) var isBehindAggregate = false
    /// What the steps so far fill in output templates.
    private var outputPlaceholders: Set<String> = []
    /// Fields that the steps so far may add to one record.
    private(set) var spareFields = 0
    /// Memories that the steps so far need in each thread.
    private var memoryCount = 0
    /// The most fields that one expression names.
    private(set) var slotCount = 1
    /// What stands for a secret in the canonical text, by the path of its step.
    private(set) var keyMarks: [String: String] = [:]

    /// Begins before the first step.
    init(_ diagnostics: Diagnostics) { self.diagnostics = diagnostics }

    /// Notes that a step names outputs; reports those behind which it cannot stand.
    mutating func noteOutputs(_ placeholder: String, notBehind others: [String], _ node: ConfigNode) {
        if !outputPlaceholders.isDisjoint(with: others) {
            diagnostics.error(
                .configStepOrder,
                "\(node.path) stands behind another step that says where records go.",
                hint: "A function has at most one 'route', and behind it at most one 'partition'.",
                at: node
            )
        }
        outputPlaceholders.insert(placeholder)
    }

    /// Whether a step so far says where records go.
    var namesOutputs: Bool { !outputPlaceholders.isEmpty }

    /// Notes that a step folds the records: what follows sees its rows.
    mutating func noteAggregate(fields names: [String]) {
        fields = KnownFields(isOpen: false, names: names)
        isBehindAggregate = true
    }

    /// A number for memory that a step needs in each thread: see `RecordBatch.memory`.
    mutating func nextMemoryNumber() -> Int {
        memoryCount += 1
        return memoryCount - 1
    }

    /// Notes that a step makes a field.
    mutating func add(_ name: String) {
        fields.add(name)
        spareFields += 1
    }

    /// A list of names, at least one; warns about those that no record has.
    mutating func fieldNames(_ node: ConfigNode) -> [String] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        if items.isEmpty { diagnostics.error(.configInvalidValue, "\(node.path) names no field.", at: node) }
        return items.compactMap { item in
            guard let name = item.text(&diagnostics) else { return nil }
            checkKnown(name, at: item.location, path: item.path)
            return name
        }
    }

    /// A list of names for columns, at least one and each once.
    mutating func columnNames(_ node: ConfigNode) -> [String]? {
        guard let names = node.texts(&diagnostics) else { return nil }
        var seen: Set<String> = []
        let twice = names.first { !seen.insert($0).inserted }
        guard names.isEmpty || twice != nil || seen.contains("") else { return names }
        let problem = twice.map { "names '\($0)' twice" } ?? "needs names that are not empty"
        diagnostics.error(.configInvalidValue, "\(node.displayPath) \(problem).", at: node)
        return nil
    }

    /// The entries of a mapping, at least one.
    mutating func entries(_ node: ConfigNode) -> [ConfigNode.Entry] {
        guard case .mapping(let entries) = node.value, !entries.isEmpty else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be a mapping of field names, not \(node.kind).",
                at: node
            )
            return []
        }
        return entries
    }

    /// Warns when no earlier step makes a field of this name.
    mutating func checkKnown(_ name: String, at location: SourceLocation, path: String) {
        guard fields.isMissing(name) else { return }
        diagnostics.add(
            Diagnostic(
                .warning,
                .configUnknownField,
                "No earlier step makes a field '\(name)'.",
                hint: Suggestion.hint(for: name, among: fields.names),
                at: location,
                path: path
            )
        )
    }

    /// Compiles an expression; reports its mistake at its place in the file.
    mutating func expression(_ node: ConfigNode) -> CompiledExpression? {
        guard case .scalar(let source, let isQuoted) = node.value, !node.isNull else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be an expression, not \(node.kind).",
                at: node
            )
            return nil
        }
        let environment = isBeforeParse ? ExpressionEnvironment(names: ["line": .string]) : .record
        switch ExpressionCompiler.compile(source, environment: environment) {
        case .success(let expression):
            slotCount = max(slotCount, expression.fieldNames.count)
            warnAboutNames(of: expression, node, isQuoted)
            return expression
        case .failure(let error):
            let place = error.line == 1 ? location(node, isQuoted, column: error.column) : node.location
            diagnostics.add(
                Diagnostic(
                    .error,
                    error.code,
                    "\(node.path): \(error.message) (column \(error.column) of the expression)",
                    hint: error.hint,
                    at: place,
                    path: node.path
                )
            )
            return nil
        }
    }

    /// A condition that is never true or false is a mistake.
    mutating func checkCondition(_ expression: CompiledExpression, at node: ConfigNode) {
        switch expression.resultType {
        case .bool, .dynamic, .null: return
        default:
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be a condition; this is a \(expression.resultType.rawValue).",
                hint: "Compare it with something: ==, <, in, contains().",
                at: node
            )
        }
    }

    /// Binds an expression to the symbols of its fields.
    mutating func bind(_ expression: CompiledExpression) -> ExpressionBinding {
        ExpressionBinding(expression, symbols: expression.fieldNames.map { symbols.symbol(for: $0) })
    }

    /// A key counts in the fingerprint without being shown by it.
    mutating func noteKey(_ key: KeyedHash, of node: ConfigNode) {
        let digits = key.code(of: "sluice redact key".utf8).prefix(8).map { String($0, radix: 16) }
        keyMarks[node.path] = digits.joined(separator: "-")
    }

    private mutating func warnAboutNames(
        of expression: CompiledExpression,
        _ node: ConfigNode,
        _ isQuoted: Bool
    ) {
        if isBeforeParse { return }
        for use in expression.fieldUses where fields.isMissing(use.name) {
            let nearest = Suggestion.nearest(to: use.name, among: fields.names)
            let text = use.isBareIdentifier ? "the text '\(use.name)', in quotes" : nil
            let guesses = [nearest.map { "'\($0)'" }, text].compactMap(\.self)
            let hint = guesses.isEmpty ? nil : "Did you mean \(guesses.joined(separator: " or "))?"
            diagnostics.add(
                Diagnostic(
                    .warning,
                    .configUnknownField,
                    "No earlier step makes a field '\(use.name)'.",
                    hint: hint,
                    at: location(node, isQuoted, column: use.column),
                    path: node.path
                )
            )
        }
    }

    /// The place of a column of an expression, as far as the file has it on one line.
    private func location(_ node: ConfigNode, _ isQuoted: Bool, column: Int) -> SourceLocation {
        SourceLocation(
            line: node.location.line,
            column: node.location.column + column - 1 + (isQuoted ? 1 : 0)
        )
    }
}
