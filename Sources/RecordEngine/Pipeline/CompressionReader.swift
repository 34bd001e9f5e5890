internal import Settings

/// The values of `decompress` (a codec or a list of them) and `compress` (a format or
/// `{ format, level }`).
enum CompressionReader {
    /// What `decompress` names; nil where there is a mistake.
    static func readLayers(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> InputLayers? {
        guard case .sequence(let items) = node.value else {
            return node.choice(InputCodec.self, &diagnostics).map { InputLayers($0) }
        }
        let codecs = items.compactMap { $0.choice(InputCodec.self, &diagnostics) }
        guard codecs.count == items.count else { return nil }
        if let layers = InputLayers(codecs) { return layers }
        diagnostics.error(
            .configInvalidValue,
            "\(node.displayPath) must name 1 to \(InputLayers.maximumCount) codecs, the outermost first.",
            hint: "`auto` and `none` stand alone: `decompress: auto`.",
            at: node
        )
        return nil
    }

    private enum Format: String, CaseIterable {
        /// The words of the configuration.
        case gzip, zstd, lz4, xz, none
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
        case .lz4:
            return level.integer(in: OutputCodec.lz4Levels, &diagnostics).map { codec(.lz4, level: $0) }
        case .xz:
            return level.integer(in: OutputCodec.xzLevels, &diagnostics).map { codec(.xz, level: $0) }
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
        case .lz4: .lz4(level: level ?? 0)
        case .xz: .xz(level: level ?? 3)
        case .none: .none
        }
    }
}
