internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// `route: { errors: status >= 500, slow: took > 5, else: main }` sends each record to one of several
/// outputs: the first whose condition holds.
struct RouteStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "route",
        summary: "Sends records to several outputs by conditions.",
        semantics: 1,
        example: "- route: { errors: status >= 500, slow: took > 5, else: drop }",
        options: [
            .init("NAME", "condition", standard: nil, "Records for which it holds go to this output."),
            .init("else", "name", standard: "main", "Where all others go; `drop` drops them."),
        ],
        notes: """
            The conditions are asked in their order, and the first that holds decides. The name fills
            `{output}` in the output of the trigger; an output is made when a record goes to it. Names have
            letters, digits, `.`, `_` and `-`. A list of entries, `- route: [{ errors: status >= 500 }, {
            else: main }]` means the same. A function has at most one `route`, which stands before
            `partition`.
            """,
        samples: [#"{"status":503}"#, #"{"status":200}"#]
    )

    /// One output.
    private struct Route: Sendable {
        let name: String
        let condition: ExpressionBinding
    }

    private let routes: [Route]
    /// Where the others go; nil drops them.
    private let otherwise: String?

    /// Fills `{output}`.
    var placeholders: [String] { ["output"] }

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        context.noteOutputs("output", notBehind: ["output", "partition"], node)
        var routes: [Route] = []
        var otherwise: String? = "main"
        let entries = entries(node, &context)
        if entries.isEmpty {
            context.diagnostics.error(.configInvalidValue, "\(node.path) names no output.", at: node)
        }
        for (index, entry) in entries.enumerated() {
            if entry.name == "else" {
                if index != entries.count - 1 {
                    context.diagnostics.error(
                        .configInvalidValue,
                        "\(entry.value.path) stands before other outputs, which no record would reach.",
                        at: entry.value
                    )
                }
                guard let name = entry.value.text(&context.diagnostics) else { continue }
                otherwise = name == "drop" ? nil : name
                if otherwise != nil { checkName(name, entry.value, &context) }
                continue
            }
            checkName(entry.name, entry.value, &context)
            guard let expression = context.expression(entry.value) else { continue }
            context.checkCondition(expression, at: entry.value)
            routes.append(Route(name: entry.name, condition: context.bind(expression)))
        }
        return [RouteStep(routes: routes, otherwise: otherwise)]
    }

    /// The entries of a mapping, or those of a list of mappings.
    private static func entries(_ node: ConfigNode, _ context: inout StepContext) -> [ConfigNode.Entry] {
        guard case .sequence(let items) = node.value else { return context.entries(node) }
        return items.flatMap { context.entries($0) }
    }

    private static func checkName(_ name: String, _ node: ConfigNode, _ context: inout StepContext) {
        let isSafe = name.utf8.allSatisfy { byte in
            (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        if isSafe, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 100 { return }
        context.diagnostics.error(
            .configInvalidValue,
            "'\(name)' is no name of an output.",
            hint: "Write at most 100 letters, digits, '.', '_' and '-', beginning with none of the dots.",
            at: node
        )
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        // Numbers are those of the block's table, where a name stands once a record has it.
        var numbers = [UInt32](repeating: 0, count: routes.count + 1)
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            guard let route = unsafe route(of: &batch.records[index], in: batch) else { continue }
            if numbers[route] == 0 {
                let name = route < routes.count ? routes[route].name : otherwise
                numbers[route] = batch.outputs.number(of: OutputName(route: name))
            }
            unsafe batch.records[index].output = numbers[route]
        }
    }

    /// The place of the first route that takes the record, `routes.count` for the others; nil where it goes
    /// nowhere.
    private func route(of record: inout sluice_record, in batch: RecordBatch) -> Int? {
        for (place, route) in routes.enumerated() {
            switch route.condition.evaluate(record, in: batch).verdict {
            case .yes: return place
            case .no: continue
            case .fault(let fault):
                record.reject(RejectReason(fault))
                return nil
            }
        }
        if otherwise == nil {
            record.drop()
            return nil
        }
        return routes.count
    }
}
