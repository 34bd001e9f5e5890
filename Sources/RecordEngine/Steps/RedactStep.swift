internal import CSimdjson
internal import EventModel
internal import Settings

/// `redact: { fields: [a], as: mask | hash | remove, key: <secret> }` takes people out of fields.
///
/// It looks at decoded values, so an escape hides nothing (trap J13), and at every field of the name (trap
/// J02). null stays null. `hash` writes HMAC-SHA-256 with `key`, in hexadecimal: the same value has the same
/// hash on every machine, and nobody without the key can try values (trap J15). Without `key` it is plain
/// SHA-256, which `check` warns about.
struct RedactStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "redact",
        summary: "Masks, hashes or removes fields.",
        semantics: 1,
        example: "- redact: { fields: [client_ip, email], as: mask }",
        notes: """
            It looks at the decoded value, so no escape hides anything, and leaves null alone.

            - `mask`: An IPv4 address loses its last number, an IPv6 address all but its first 48 bits, an
              e-mail address all before the `@`. Everything else becomes `***`.
            - `hash`: HMAC-SHA-256 with `key`, in hexadecimal: equal values stay equal, on every machine.
              Without `key` it is SHA-256, and whoever guesses a value can check it; `sluice check` warns.
            - `remove`: The field goes.
            """,
        samples: [
            #"{"client_ip":"192.0.2.7","email":"bob@example.com"}"#,
            #"{"client_ip":"2001:db8:1:2::3","email":null}"#,
            #"{"client_ip":"localhost"}"#,
        ]
    )

    /// What becomes of a value.
    enum Method: String, CaseIterable, Sendable {
        /// The words of the configuration.
        case mask, hash, remove
    }

    /// The fields to redact.
    let symbols: SymbolSet
    /// What becomes of them.
    let method: Method
    /// The keyed hash, where a key is given.
    let key: KeyedHash?

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard var reader = MappingReader(node, &context.diagnostics) else { return [] }
        let fields = reader.required("fields", &context.diagnostics)
        let word = reader.required("as", &context.diagnostics)
        let keyNode = reader.optional("key")
        reader.finish(&context.diagnostics)
        let method = word?.choice(Method.self, &context.diagnostics)
        let names = fields.map { context.fieldNames($0) } ?? []
        guard let method else { return [] }
        if method == .remove { for name in names { context.fields.remove(name) } }
        let key = keyNode.flatMap { $0.secret(&context.diagnostics) }
        if let keyNode, method != .hash {
            context.diagnostics.error(
                .configInvalidValue,
                "\(keyNode.path) is only for 'as: hash'.",
                at: keyNode
            )
        }
        if keyNode == nil, method == .hash {
            context.diagnostics.warning(
                .configInvalidValue,
                "\(node.path) hashes without a key: who guesses a value can check it.",
                hint: "Add key: { env: NAME }.",
                at: node
            )
        }
        let keyed = key.map { KeyedHash(key: Array($0.reveal().utf8)) }
        if let keyed { context.noteKey(keyed, of: node) }
        let symbols = SymbolSet(names.map { context.symbols.symbol(for: $0) })
        return [RedactStep(symbols: symbols, method: method, key: keyed)]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            for place in unsafe batch.records[index].fieldRange {
                let field = unsafe batch.fields[place]
                guard symbols.contains(field.symbol), !field.isRemoved else { continue }
                if method == .remove {
                    unsafe batch.fields[place].flags |= UInt8(SLUICE_REMOVED)
                } else if field.tag == UInt8(SLUICE_NULL) {
                    continue
                } else {
                    let value = redacted(field, in: batch)
                    unsafe batch.replace(&batch.fields[place], with: value)
                }
                unsafe batch.records[index].is_changed = 1
            }
        }
    }

    private func redacted(_ field: sluice_field, in batch: RecordBatch) -> MadeValue {
        // Room for the decoded value and what is made of it, so that the former stays where it is.
        batch.arena.reserve(2 * Int(field.value_length) + 80)
        let text = unsafe batch.plainText(of: field)
        let offset = batch.arena.count
        let isText = field.tag == UInt8(SLUICE_STRING) || field.tag == UInt8(SLUICE_TEXT)
        switch method {
        case .mask where isText:
            unsafe Mask.append(text, to: batch.arena)
        case .mask, .remove:
            for _ in 0..<3 { batch.arena.append(UInt8(ascii: "*")) }
        case .hash:
            for byte in unsafe digest(of: field, text) {
                batch.arena.append(Self.digit(byte >> 4))
                batch.arena.append(Self.digit(byte & 15))
            }
        }
        return MadeValue(tag: SLUICE_TEXT, offset: offset, length: batch.arena.count - offset)
    }

    private func digest(of field: sluice_field, _ text: UnsafeRawBufferPointer) -> [UInt8] {
        let word: StaticString = field.tag == UInt8(SLUICE_TRUE) ? "true" : "false"
        let isBool = field.tag == UInt8(SLUICE_TRUE) || field.tag == UInt8(SLUICE_FALSE)
        let bytes =
            unsafe isBool
            ? UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount) : text
        if let key { return unsafe key.code(of: bytes) }
        var hash = SHA256()
        unsafe hash.update(bytes)
        return hash.finish()
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
