internal import Settings

/// What a parser or an encoder is told: `NAME` alone, or `{ format: NAME, option: value }`.
struct ComponentOptions {
    /// The whole value of `parse` or `encode`.
    let node: ConfigNode
    /// The word behind `format`, or the word alone.
    let format: ConfigNode
    private var reader: MappingReader?

    /// Finds the format; reports and returns nil where there is none.
    init?(_ node: ConfigNode, _ diagnostics: inout Diagnostics) {
        self.node = node
        guard case .mapping = node.value else {
            format = node
            return
        }
        guard var reader = MappingReader(node, &diagnostics),
            let format = reader.required("format", &diagnostics)
        else { return nil }
        self.format = format
        self.reader = reader
    }

    /// The value of an option, or nil.
    mutating func optional(_ name: String) -> ConfigNode? { reader?.optional(name) }

    /// An option of one character of one byte; `standard` where nothing is said, nil where it is empty.
    mutating func byte(_ name: String, _ diagnostics: inout Diagnostics, standard: UInt8?) -> UInt8? {
        guard let node = optional(name) else { return standard }
        guard let text = node.text(&diagnostics) else { return standard }
        if text.utf8.count <= 1, text != "\n", text != "\r" { return text.utf8.first }
        diagnostics.error(
            .configInvalidValue,
            "\(node.displayPath) must be one character of ASCII that ends no line, not '\(text)'.",
            hint: "A tab is written \"\\t\", in double quotes.",
            at: node
        )
        return standard
    }

    /// The value of an option; reports `config.missing-key` when it is not there.
    mutating func required(_ name: String, _ diagnostics: inout Diagnostics) -> ConfigNode? {
        if let value = optional(name) { return value }
        diagnostics.add(
            Diagnostic(
                .error,
                .configMissingKey,
                "\(node.displayPath) needs '\(name)'.",
                hint: "Write { format: …, \(name): … }.",
                at: node.location,
                path: node.path
            )
        )
        return nil
    }

    /// Reports every option that nobody asked for.
    consuming func finish(_ diagnostics: inout Diagnostics) { reader?.finish(&diagnostics) }
}
