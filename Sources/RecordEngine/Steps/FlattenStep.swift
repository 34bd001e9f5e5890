internal import CSimdjson
internal import Settings

/// `flatten: "."` gives each value within an object a field of its own: `{"a":{"b":1}}` becomes `{"a.b":1}`.
///
/// `{ separator, fields, depth, lists: keep | index }` flattens some fields, only so many levels, or lists as
/// well (`a.0`, `a.1`). The values keep their bytes. Empty objects and lists stay as they are. The new fields
/// stand where the object stood, in its order.
struct FlattenStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "flatten",
        summary: "Gives each value within an object a field of its own.",
        semantics: 1,
        example: "- flatten: { separator: \".\", lists: keep }",
        options: [
            .init("separator", "text", standard: "\".\"", "What joins the names."),
            .init("fields", "list of names", standard: "\"*\"", "The fields; `\"*\"` is all of them."),
            .init("depth", "number", standard: "1000", "Levels to flatten; deeper ones stay objects."),
            .init("lists", "keep or index", standard: "keep", "Whether elements become fields as well."),
        ],
        notes: """
            The values keep their bytes; the new fields stand where the object stood. Empty objects and
            lists stay as they are. `lists: index` gives elements the names `a.0`, `a.1`.
            """,
        samples: [
            #"{"user":{"id":7,"tags":["a"]},"n":1.10}"#
        ]
    )

    /// What becomes of lists.
    enum Lists: String, CaseIterable, Sendable {
        /// The words of the configuration.
        case keep, index
    }

    /// The fields.
    let selection: FieldSelection
    /// What joins the names, as the inside of a JSON string.
    let separator: [UInt8]
    /// Levels to flatten.
    let depth: Int
    /// What becomes of lists.
    let lists: Lists

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        var separator = "."
        var depth = LimitsReader().maximumDepth
        var lists = Lists.keep
        let selection: FieldSelection?
        if case .scalar = node.value {
            separator = node.text(&context.diagnostics) ?? separator
            selection = .all
        } else {
            selection = FieldSelection.read(node, &context) { reader, context in
                separator = reader.optional("separator")?.text(&context.diagnostics) ?? separator
                let levels = reader.optional("depth")
                depth = levels?.integer(in: 1...depth, &context.diagnostics) ?? depth
                lists = reader.optional("lists")?.choice(Lists.self, &context.diagnostics) ?? lists
            }
        }
        context.fields.open()
        guard let selection else { return [] }
        return [
            FlattenStep(
                selection: selection,
                separator: JSONText.escaped(Array(separator.utf8)),
                depth: depth,
                lists: lists
            )
        ]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        var flattened: [sluice_field] = []
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            flattened.removeAll(keepingCapacity: true)
            let mark = batch.arena.count
            var isChanged = false
            for place in record.fieldRange {
                let field = unsafe batch.fields[place]
                flattened.append(field)
                guard field.tag == UInt8(SLUICE_COMPOSITE), selection.contains(field),
                    unsafe lists == .index || batch.start(of: field).pointee == UInt8(ascii: "{")
                else { continue }
                let before = flattened.count
                guard append(field, of: batch, to: &flattened) else { continue }
                // It breaks the run of bytes that the encoder would copy over it.
                flattened[before - 1].flags |= UInt8(SLUICE_REMOVED)
                isChanged = true
            }
            guard isChanged else { continue }
            if batch.arena.count > RecordBatch.maximumArenaBytes {
                unsafe batch.records[index].reject(.tooMuchText)
                // The other records of the batch have the room that they had before.
                batch.arena.count = mark
                continue
            }
            batch.setFields(flattened, of: index)
        }
    }

    /// Appends the members of an object or a list, as long as the arena may grow; false where it stays as it
    /// is.
    private func append(
        _ field: sluice_field,
        of batch: RecordBatch,
        to fields: inout [sluice_field]
    ) -> Bool {
        let isInArena = field.flags & UInt8(SLUICE_IN_ARENA) != 0
        var walk = JSONMembers(offset: Int(field.value_offset), length: Int(field.value_length))
        let firstNew = fields.count
        // The name so far, and of each open level where its name ends and its place within a list.
        var name = batch.escapedName(of: field)
        var levels = [(end: name.count, index: 0)]
        // A field's name holds those of the levels above: a long one costs its length for each value below.
        while batch.arena.count <= RecordBatch.maximumArenaBytes {
            let base = unsafe batch.base(isInArena: isInArena)
            switch unsafe walk.next(base) {
            case .end:
                levels.removeLast()
                if levels.isEmpty { return fields.count > firstNew }
            case .member(let member):
                let level = levels.count - 1
                name.removeSubrange(levels[level].end...)
                name += separator
                if let own = member.name {
                    unsafe name += UnsafeBufferPointer(start: base + own.lowerBound, count: own.count)
                } else {
                    name += Array(String(levels[level].index).utf8)
                    levels[level].index += 1
                }
                if unsafe opens(member, base, level: levels.count) {
                    walk.enter(member)
                    levels.append((end: name.count, index: 0))
                } else {
                    fields.append(batch.field(named: name, value: member, isInArena: isInArena))
                }
            }
        }
        return true
    }

    /// Whether a member's own members become fields.
    private func opens(_ member: JSONMembers.Member, _ base: UnsafePointer<UInt8>, level: Int) -> Bool {
        guard member.tag == SLUICE_COMPOSITE, level < depth else { return false }
        let start = unsafe base + member.value.lowerBound
        if unsafe sluice_is_blank(start + 1, member.value.count - 2) { return false }
        return unsafe start.pointee == UInt8(ascii: "{") || lists == .index
    }
}
