internal import ExpressionLanguage
internal import Settings

/// Reads the configuration of an `aggregate` step.
struct AggregateReader {
    /// What `max_groups` may be.
    private static let groups = 1...100_000_000
    /// What `max_memory` may be.
    private static let bytes = 1 << 20...1 << 40
    /// Lengths of windows: whole seconds.
    private static let windows: ClosedRange<Duration> = .seconds(1) ... .seconds(366 * 86_400)
    /// The field of the rows that says when a window begins.
    private static let windowName = "window"

    private var draft = AggregateDraft()

    /// The plan; nil where there is a mistake, which is reported.
    static func read(_ node: ConfigNode, _ context: inout StepContext) -> AggregatePlan? {
        guard var options = MappingReader(node, &context.diagnostics) else { return nil }
        let values = options.required("values", &context.diagnostics)
        let by = options.optional("by")
        let window = options.optional("window")
        let time = options.optional("time")
        let groups = options.optional("max_groups")
        let memory = options.optional("max_memory")
        options.finish(&context.diagnostics)
        if context.namesOutputs {
            context.diagnostics.error(
                .configStepOrder,
                "\(node.path) stands behind a step that says where records go.",
                hint: "Put 'route' and 'partition' behind 'aggregate': they then work on its rows.",
                at: node
            )
        }
        var reader = AggregateReader()
        if let window { reader.readWindow(window, time, &context) }
        if let time, window == nil {
            context.diagnostics.error(
                .configInvalidValue,
                "\(time.path) says nothing without 'window'.",
                at: time
            )
        }
        if let by { reader.readKeys(by, &context) }
        if let values { reader.readValues(values, &context) }
        let limit = groups.map { $0.integer(in: Self.groups, &context.diagnostics) } ?? 1_000_000
        let room = memory.map { $0.byteCount(in: bytes, &context.diagnostics) } ?? 512 << 20
        guard let limit, let room, values != nil else { return nil }
        return reader.finish(limit, room, &context)
    }

    private mutating func finish(
        _ groups: Int,
        _ bytes: Int,
        _ context: inout StepContext
    ) -> AggregatePlan {
        draft.outputs = draft.names.map { context.symbols.symbol(for: $0) }
        context.noteAggregate(fields: draft.names)
        return AggregatePlan(
            draft,
            maximumGroups: groups,
            maximumBytes: bytes,
            semantics: AggregateStep.spec.semantics
        )
    }

    private mutating func addName(_ name: String, _ node: ConfigNode, _ context: inout StepContext) {
        if draft.addName(name) { return }
        context.diagnostics.error(
            .configInvalidValue,
            "\(node.path): the rows would have two fields '\(name)'.",
            hint: "Give one of them another name.",
            at: node
        )
    }

    private mutating func slot(
        _ name: String,
        _ node: ConfigNode,
        _ context: inout StepContext
    ) -> Int {
        context.checkKnown(name, at: node.location, path: node.path)
        return draft.slot(of: context.symbols.symbol(for: name))
    }

    private mutating func readWindow(
        _ node: ConfigNode,
        _ time: ConfigNode?,
        _ context: inout StepContext
    ) {
        guard let length = node.duration(in: Self.windows, &context.diagnostics) else { return }
        guard length.components.attoseconds == 0 else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be a number of whole seconds.",
                at: node
            )
            return
        }
        let name = time.map { $0.text(&context.diagnostics) } ?? "timestamp"
        guard let name else { return }
        let seconds = length.components.seconds
        let reader = TimeField(reader: TimeReader(layouts: [TimeLayout(.auto)], zone: .utc))
        let slot = slot(name, time ?? node, &context)
        addName(Self.windowName, node, &context)
        draft.keys.append(.window(AggregateWindow(seconds: seconds, slot: slot, reader: reader)))
        draft.signature.append("window \(seconds) of \(JSONText.quoted(name))")
    }

    private mutating func readKeys(_ node: ConfigNode, _ context: inout StepContext) {
        if case .mapping = node.value { return readExpressions(node, &context) }
        guard let items = node.list(orSingle: true, &context.diagnostics) else { return }
        for item in items {
            if case .mapping = item.value {
                readExpressions(item, &context)
            } else if let name = item.text(&context.diagnostics) {
                let slot = slot(name, item, &context)
                addName(name, item, &context)
                draft.keys.append(.field(slot))
                draft.signature.append("by \(JSONText.quoted(name))")
            }
        }
    }

    private mutating func readExpressions(_ node: ConfigNode, _ context: inout StepContext) {
        for entry in context.entries(node) {
            guard let expression = context.expression(entry.value) else { continue }
            addName(entry.name, entry.value, &context)
            draft.keys.append(.expression(context.bind(expression)))
            draft.signature.append("by \(JSONText.quoted(entry.name)) = \(expression.canonicalText)")
        }
    }

    private mutating func readValues(_ node: ConfigNode, _ context: inout StepContext) {
        for entry in context.entries(node) {
            addName(entry.name, entry.value, &context)
            if case .scalar = entry.value.value {
                readCount(entry, &context)
            } else {
                readFunction(entry, &context)
            }
        }
    }

    /// `count` alone counts records.
    private mutating func readCount(_ entry: ConfigNode.Entry, _ context: inout StepContext) {
        guard let word = entry.value.choice(AggregateFunction.self, &context.diagnostics) else { return }
        guard word == .count else {
            context.diagnostics.error(
                .configInvalidValue,
                "\(entry.value.path) does not say of which field.",
                hint: "Write { \(word.rawValue): FIELD }.",
                at: entry.value
            )
            return
        }
        add(entry.name, .count, nil, "", &context)
    }

    /// `{ sum: bytes }`: the function is the entry's name.
    private mutating func readFunction(_ entry: ConfigNode.Entry, _ context: inout StepContext) {
        guard var options = MappingReader(entry.value, &context.diagnostics) else { return }
        let named = AggregateFunction.allCases.compactMap { function in
            options.optional(function.rawValue).map { (function, $0) }
        }
        let isSketch = named.first?.0 == .distinct || named.first?.0 == .quantile
        let precision = named.first?.0 == .distinct ? options.optional("precision") : nil
        let share = named.first?.0 == .quantile ? options.optional("q") : nil
        let error = named.first?.0 == .quantile ? options.optional("error") : nil
        options.finish(&context.diagnostics)
        guard let (function, field) = named.first, named.count == 1 else {
            let words = AggregateFunction.allCases.map(\.rawValue).joined(separator: ", ")
            context.diagnostics.error(
                .configInvalidValue,
                "\(entry.value.path) must name one function of: \(words).",
                at: entry.value
            )
            return
        }
        guard let name = field.text(&context.diagnostics) else { return }
        let bits = precision.map { $0.integer(in: DistinctSketch.precisions, &context.diagnostics) } ?? 12
        let part = share.map { $0.number(in: 0...1, &context.diagnostics) } ?? 0.5
        let most = error.map { $0.number(in: 0.001...0.5, &context.diagnostics) } ?? 0.01
        guard let bits, let part, let most else { return }
        if function == .quantile, share == nil {
            context.diagnostics.error(
                .configMissingKey,
                "\(entry.value.path) needs 'q'.",
                hint: "Write { quantile: \(name), q: 0.99 }.",
                at: entry.value
            )
        }
        let sketchBits = function == .distinct ? bits : QuantileSketch.bits(forError: most)
        add(entry.name, function, field, name, &context, isSketch ? sketchBits : 0, part)
    }

    private mutating func add(
        _ name: String,
        _ function: AggregateFunction,
        _ field: ConfigNode?,
        _ fieldName: String,
        _ context: inout StepContext,
        _ bits: Int = 0,
        _ share: Double = 0
    ) {
        let slot = field.map { self.slot(fieldName, $0, &context) } ?? -1
        draft.values.append(
            AggregatePlan.Value(
                function: function,
                slot: slot,
                number: function.takesNumbers ? draft.number(inSlot: slot) : -1,
                place: 0,
                bits: bits,
                share: share
            )
        )
        let of = field == nil ? "" : " of \(JSONText.quoted(fieldName))"
        let detail = bits == 0 ? "" : " with \(bits) bits"
        let quantile = function == .quantile ? " at \(share)" : ""
        draft.signature.append("\(JSONText.quoted(name)) = \(function.rawValue)\(of)\(detail)\(quantile)")
    }
}
