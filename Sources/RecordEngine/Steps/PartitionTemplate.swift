internal import EventModel
internal import Settings

/// `dt={timestamp:%Y-%m-%d}/service={service}`: how a record's partition is named.
struct PartitionTemplate: Sendable {
    /// A part of a component.
    enum Segment: Sendable {
        /// Text as it stands.
        case literal([UInt8])
        /// The value of a field, made safe.
        case field(UInt16)
        /// The time in a field, as its layout writes it, made safe.
        case time(UInt16, TimeLayout, Precision)
    }

    /// What of a time its layout shows, so that times which show the same need not be written again.
    struct Precision: Sendable {
        /// The shortest unit that is shown, in seconds.
        let seconds: Int64
        /// Whether the zone's offset or name is shown.
        let showsZone: Bool
    }

    /// The components of the key part; those between the slashes.
    let components: [[Segment]]

    /// What decides about the partition, in order: plain values, because it is looked at for each record.
    let deciding: [Deciding]

    /// A field that a record's partition depends on.
    struct Deciding: Sendable {
        /// The field.
        let symbol: UInt16
        /// The shortest unit of its time that is shown; 0 where its value is shown.
        let seconds: Int64
        /// Whether the time's zone is shown.
        let showsZone: Bool
    }

    private init(components: [[Segment]]) {
        self.components = components
        deciding = components.joined().compactMap { segment in
            switch segment {
            case .literal: nil
            case .field(let symbol): Deciding(symbol: symbol, seconds: 0, showsZone: false)
            case .time(let symbol, _, let precision):
                Deciding(symbol: symbol, seconds: precision.seconds, showsZone: precision.showsZone)
            }
        }
    }

    /// Reads a template; reports its mistakes.
    static func read(_ node: ConfigNode, _ context: inout StepContext) -> PartitionTemplate? {
        guard let text = node.text(&context.diagnostics) else { return nil }
        guard let parts = TextTemplate.parse(text) else {
            report("has a brace without its partner", node, &context)
            return nil
        }
        var components: [[Segment]] = [[]]
        var hasField = false
        for part in parts {
            switch part {
            case .literal(let literal):
                let words = literal.split(separator: "/", omittingEmptySubsequences: false)
                for (index, word) in words.enumerated() {
                    if index > 0 { components.append([]) }
                    if !word.isEmpty { components[components.count - 1].append(.literal(Array(word.utf8))) }
                }
            case .field(let name):
                hasField = true
                guard let segment = segment(name, node, &context) else { return nil }
                components[components.count - 1].append(segment)
            }
        }
        if let problem = problem(components, hasField: hasField) {
            report(problem, node, &context)
            return nil
        }
        return PartitionTemplate(components: components)
    }

    private static func report(_ problem: String, _ node: ConfigNode, _ context: inout StepContext) {
        context.diagnostics.error(
            .configInvalidValue,
            "\(node.path) \(problem).",
            hint: "Write something like \"dt={timestamp:%Y-%m-%d}/service={service}\".",
            at: node
        )
    }

    private static func problem(_ components: [[Segment]], hasField: Bool) -> String? {
        if !hasField { return "names no {field}, so that all records would go to one output" }
        for component in components {
            if component.isEmpty { return "has nothing before, between or behind its slashes" }
            guard case .literal(let bytes)? = component.first else { continue }
            if bytes.first == UInt8(ascii: ".") { return "has a part that begins with a dot" }
            let isPlain = component.allSatisfy { segment in
                guard case .literal(let bytes) = segment else { return true }
                return bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
            }
            if !isPlain { return "has blanks, control characters or backslashes" }
        }
        return nil
    }

    /// `field` or `field:%layout`.
    private static func segment(
        _ text: String,
        _ node: ConfigNode,
        _ context: inout StepContext
    ) -> Segment? {
        guard let colon = text.firstRange(of: ":%") else {
            context.checkKnown(text, at: node.location, path: node.path)
            return .field(context.symbols.symbol(for: text))
        }
        let name = String(text[..<colon.lowerBound])
        context.checkKnown(name, at: node.location, path: node.path)
        switch TimeLayout.compile(String(text[text.index(after: colon.lowerBound)...]), for: .writing) {
        case .failure(let mistake):
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) \(mistake.message)",
                hint: mistake.hint,
                at: node
            )
            return nil
        case .success(let layout):
            guard let precision = Precision(layout) else {
                report("has a time with fractions of seconds", node, &context)
                return nil
            }
            return .time(context.symbols.symbol(for: name), layout, precision)
        }
    }
}

extension PartitionTemplate.Precision {
    /// What a layout shows; nil where it shows fractions of seconds.
    fileprivate init?(_ layout: TimeLayout) {
        var seconds: Int64 = 86_400
        var showsZone = false
        for item in layout.items {
            switch item.kind {
            case .fraction: return nil
            case .second, .epochSeconds: seconds = 1
            case .minute: seconds = min(seconds, 60)
            case .hour, .hour12, .half: seconds = min(seconds, 3_600)
            case .offset, .colonOffset, .zoneName: showsZone = true
            default: break
            }
        }
        self.init(seconds: seconds, showsZone: showsZone)
    }
}
