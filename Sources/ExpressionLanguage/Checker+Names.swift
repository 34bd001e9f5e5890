internal import EventModel
internal import Settings

/// Calls and names.
extension Checker {
    /// Type of a call; the receiver counts as the first argument.
    mutating func call(
        _ name: String,
        receiver: Int?,
        _ arguments: [Int],
        at offset: Int
    ) throws(Finding) -> ExpressionType {
        if name == "has", receiver == nil { return try presence(arguments, at: offset) }
        guard let function = StandardFunction(rawValue: name) else {
            let known = ["has"] + StandardFunction.allCases.map(\.rawValue)
            let hint = Suggestion.nearest(to: name, among: known).map { "Did you mean '\($0)'?" }
            throw StandardFunction.unknown(name, hint: hint, at: offset)
        }
        let operands = (receiver.map { [$0] } ?? []) + arguments
        let isStyleRight = receiver == nil ? function.isGlobal : function.takesReceiver
        guard isStyleRight, operands.count == function.parameters.count else {
            throw Finding(
                .expressionUnknownFunction,
                "'\(name)' is not called like this.",
                hint: function.usage,
                at: offset
            )
        }
        for (operand, wanted) in zip(operands, function.parameters) {
            let type = try check(operand)
            let isAccepted = wanted.map { $0 == type } ?? Self.converts(type, by: function)
            guard type == .dynamic || isAccepted else {
                let need = wanted.map { "needs \($0.withArticle)" } ?? "cannot convert this"
                throw Finding(
                    .expressionType,
                    "'\(name)' \(need), this is \(type.withArticle).",
                    hint: function.usage,
                    at: tree[operand].byteOffset
                )
            }
        }
        return function.result
    }

    private static func converts(_ type: ExpressionType, by function: StandardFunction) -> Bool {
        switch function {
        case .toText: type != .null
        case .toBool: type == .bool || type == .string
        default: type.isNumeric || type == .string
        }
    }

    private mutating func presence(_ arguments: [Int], at offset: Int) throws(Finding) -> ExpressionType {
        guard arguments.count == 1 else {
            throw Finding(
                .expressionUnknownFunction,
                "'has' takes one name.",
                hint: "Write has(user).",
                at: offset
            )
        }
        switch tree[arguments[0]].kind {
        case .identifier, .select, .index: types[arguments[0]] = try resolve(arguments[0])
        default:
            throw Finding(
                .expressionType,
                "'has' needs a name.",
                hint: "Write has(user) or has(record[\"user-agent\"]).",
                at: tree[arguments[0]].byteOffset
            )
        }
        return .bool
    }
}

// MARK: Names

extension Checker {
    /// Binds a node that names a value to its slot.
    mutating func resolve(_ index: Int) throws(Finding) -> ExpressionType {
        guard let declared = environment.declared else {
            let name = try fieldName(index)
            bind(name, to: index)
            return .dynamic
        }
        let name = try qualifiedName(index)
        guard let type = declared[name] else {
            let nearest = Suggestion.nearest(to: name, among: declared.keys.sorted())
            throw Finding(
                .expressionUnknownName,
                "The name '\(name)' is not known here.",
                hint: nearest.map { "Did you mean '\($0)'?" }
                    ?? "Known: \(declared.keys.sorted().joined(separator: ", ")).",
                at: start(of: index)
            )
        }
        bind(name, to: index)
        return type
    }

    private mutating func bind(_ name: String, to node: Int) {
        let slot = slotsByName[name] ?? names.count
        if slot == names.count { names.append(name) }
        slotsByName[name] = slot
        slots[node] = slot
        var isBare = false
        if case .identifier = tree[node].kind { isBare = true }
        uses.append((node, slot, isBare))
    }

    /// `name`, `record.name` or `record["name"]`.
    private func fieldName(_ index: Int) throws(Finding) -> String {
        let node = tree[index]
        switch node.kind {
        case .identifier(let name) where name != "record": return name
        case .select(let operand, let field) where isRecord(operand): return field
        case .index(let operand, let element) where isRecord(operand):
            if case .literal(.string(let bytes)) = tree[element].kind {
                return String(decoding: bytes, as: UTF8.self)
            }
            throw Finding(
                .expressionType,
                "A field's name must be a string.",
                hint: "Write record[\"user-agent\"].",
                at: tree[element].byteOffset
            )
        case .select:
            throw Finding(
                .expressionUnknownName,
                "Fields inside of fields cannot be reached.",
                hint: "A field whose name has a dot is written record[\"a.b\"].",
                at: node.byteOffset
            )
        case .index:
            throw Finding(
                .expressionUnknownName,
                "Elements of a field cannot be reached.",
                hint: "A field of the record is written record[\"name\"].",
                at: node.byteOffset
            )
        default:
            throw Finding(
                .expressionUnknownName,
                "'record' is the whole record, not a value.",
                hint: "Write record[\"name\"] for one of its fields.",
                at: node.byteOffset
            )
        }
    }

    private func isRecord(_ index: Int) -> Bool {
        if case .identifier("record") = tree[index].kind { return true }
        return false
    }

    private func qualifiedName(_ index: Int) throws(Finding) -> String {
        switch tree[index].kind {
        case .identifier(let name): return name
        case .select(let operand, let field): return try qualifiedName(operand) + "." + field
        default:
            throw Finding(
                .expressionUnknownName,
                "This cannot be reached by name.",
                hint: "Names here are written like object.size.",
                at: tree[index].byteOffset
            )
        }
    }

    /// Where a dotted name begins.
    func start(of index: Int) -> Int {
        switch tree[index].kind {
        case .select(let operand, _), .index(let operand, _): start(of: operand)
        default: tree[index].byteOffset
        }
    }
}
