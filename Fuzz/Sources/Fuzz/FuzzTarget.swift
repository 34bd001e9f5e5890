import RecordEngine

/// What is fuzzed: the steps of a function.
struct FuzzTarget {
    /// The word on the command line.
    let name: String
    /// YAML.
    let steps: String

    /// Every decoder, archive reader, framing, parser and encoder, and steps that walk values.
    static let all: [FuzzTarget] = decoders + archives + parsers + others

    private static let decoders = ["gzip", "zstd", "bzip2", "xz", "lz4", "zlib", "deflate", "auto"].map {
        FuzzTarget(name: $0, steps: "- decompress: \($0)")
    }

    private static let archives = [
        FuzzTarget(name: "tar", steps: "- unarchive: { format: tar, merge: true }"),
        FuzzTarget(name: "zip", steps: "- unarchive: { format: zip, merge: true }"),
        FuzzTarget(name: "unarchive", steps: "- unarchive: auto\n- parse: raw"),
    ]

    private static let parsers = Pipeline.components.filter { $0.example.hasPrefix("- parse:") }.map {
        FuzzTarget(name: "parse-\($0.name)", steps: "- decompress: none\n\($0.example)\n- encode: ndjson")
    }

    private static let others = [
        FuzzTarget(
            name: "json-steps",
            steps: """
                - decompress: none
                - parse: json
                - flatten: { lists: index }
                - set: { a: b, c: d + 1 }
                - trim: '*'
                - redact: { fields: [a, email], as: mask }
                - compact: [null, empty]
                """
        ),
        FuzzTarget(
            name: "aggregate",
            steps: """
                - decompress: none
                - parse: json
                - aggregate:
                    by: [a, { k: b + 1 }]
                    window: 1m
                    time: t
                    values: { n: count, s: { sum: c }, m: { min: c }, d: { distinct: a },
                              q: { quantile: c, q: 0.5 } }
                """
        ),
    ]
}
