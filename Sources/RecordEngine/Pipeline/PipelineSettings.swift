internal import Settings

/// The `limits:` of a function.
struct LimitsReader {
    /// Levels of nesting that `max_depth` may allow.
    static let depths = 1...100_000

    /// What the driver enforces.
    var engine = EngineLimits()
    /// Levels of nested lists and objects in one JSON record (trap J04).
    var maximumDepth = 1_000

    /// The defaults.
    init() {}

    /// Reads a mapping and reports its mistakes.
    init(_ node: ConfigNode, _ diagnostics: inout Diagnostics) {
        guard var reader = MappingReader(node, &diagnostics) else { return }
        // Offsets within a block are 32 bits wide.
        if let value = reader.optional("max_record")?.byteCount(in: 1...(1 << 30), &diagnostics) {
            engine.maxRecordBytes = value
        }
        if let value = reader.optional("max_output")?.byteCount(in: 1...Int.max, &diagnostics) {
            engine.maxOutputBytes = UInt64(value)
        }
        if let value = reader.optional("max_ratio")?.integer(in: 1...1_000_000, &diagnostics) {
            engine.maxRatio = UInt64(value)
        }
        if let value = reader.optional("max_depth")?.integer(in: Self.depths, &diagnostics) {
            maximumDepth = value
        }
        reader.finish(&diagnostics)
    }

    /// All limits, for fingerprints.
    var canonicalText: String {
        "max_record:\(engine.maxRecordBytes) max_output:\(engine.maxOutputBytes) max_ratio:\(engine.maxRatio)"
            + " max_depth:\(maximumDepth)"
    }
}

/// The value of `compress`: `gzip`, `zstd`, `none` or `{ format, level }`.
enum CompressionReader {
    private enum Format: String, CaseIterable {
        /// The words of the configuration.
        case gzip, zstd, none
    }

    /// The codec; nil where there is a mistake.
    static func read(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> OutputCodec? {
        guard case .mapping = node.value else {
            return node.choice(Format.self, &diagnostics).map { codec($0, level: nil) }
        }
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let word = reader.required("format", &diagnostics)
        let level = reader.optional("level")
        reader.finish(&diagnostics)
        guard let format = word?.choice(Format.self, &diagnostics) else { return nil }
        guard let level else { return codec(format, level: nil) }
        switch format {
        case .gzip:
            return level.integer(in: OutputCodec.gzipLevels, &diagnostics).map { codec(.gzip, level: $0) }
        case .zstd:
            return level.integer(in: OutputCodec.zstdLevels, &diagnostics).map { codec(.zstd, level: $0) }
        case .none:
            diagnostics.error(
                .configInvalidValue,
                "\(level.path) means nothing without compression.",
                at: level
            )
            return nil
        }
    }

    private static func codec(_ format: Format, level: Int?) -> OutputCodec {
        switch format {
        case .gzip: .gzip(level: level ?? 1)
        case .zstd: .zstd(level: level ?? 3)
        case .none: .none
        }
    }
}

/// A configuration value in one form, whatever its layout, comments and quotes.
enum CanonicalNode {
    /// The text; the value of the entry `secret` is replaced, because it must show nowhere.
    static func text(_ node: ConfigNode, replacing secret: String, by mark: String?) -> String {
        switch node.value {
        case .scalar(let text, _):
            return JSONText.quoted(text)
        case .sequence(let items):
            return "[" + items.map { text($0, replacing: secret, by: mark) }.joined(separator: ",") + "]"
        case .mapping(let entries):
            let parts = entries.map { entry in
                let value =
                    entry.name == secret && mark != nil
                    ? JSONText.quoted(mark ?? "") : text(entry.value, replacing: secret, by: mark)
                return JSONText.quoted(entry.name) + ":" + value
            }
            return "{" + parts.joined(separator: ",") + "}"
        }
    }
}
