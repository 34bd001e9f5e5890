internal import Settings

/// The `limits:` of a function.
struct LimitsReader {
    /// Levels of nesting that `max_depth` may allow.
    static let depths = 1...100_000

    /// Codecs around codecs that `max_nesting` may allow.
    static let nestings = 1...InputLayers.maximumCount

    /// Members of archives that `max_members` may allow.
    static let members = 1...100_000_000

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
        if let value = reader.optional("max_window")?.byteCount(in: EngineLimits.windowBytes, &diagnostics) {
            engine.maxWindowBytes = value
        }
        if let value = reader.optional("max_nesting")?.integer(in: Self.nestings, &diagnostics) {
            engine.maxNesting = value
        }
        if let value = reader.optional("max_outputs")?.integer(in: EngineLimits.outputCounts, &diagnostics) {
            engine.maxOutputs = value
        }
        if let value = reader.optional("max_members")?.integer(in: Self.members, &diagnostics) {
            engine.maxMembers = UInt64(value)
        }
        if let value = reader.optional("max_spool")?.byteCount(in: 1...Int.max, &diagnostics) {
            engine.maxSpoolBytes = UInt64(value)
        }
        reader.finish(&diagnostics)
    }

    /// All limits, for fingerprints.
    var canonicalText: String {
        "max_record:\(engine.maxRecordBytes) max_output:\(engine.maxOutputBytes) max_ratio:\(engine.maxRatio)"
            + " max_depth:\(maximumDepth) max_window:\(engine.maxWindowBytes)"
            + " max_nesting:\(engine.maxNesting) max_members:\(engine.maxMembers)"
            + " max_spool:\(engine.maxSpoolBytes) max_outputs:\(engine.maxOutputs)"
    }
}
