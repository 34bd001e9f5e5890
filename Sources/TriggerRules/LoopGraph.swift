internal import EventModel

/// Which trigger's outputs can reach which trigger.
struct LoopGraph {
    /// One output that can match another trigger, or the same.
    struct Step: Hashable {
        /// Position of the trigger that writes.
        let source: Int
        /// Position of the trigger that takes what was written.
        let target: Int
        /// Whether every output is taken.
        let isCertain: Bool
        /// `output` or `rejects`; `output` for moves, which are not a field of the trigger.
        let field: String
        /// The template as messages show it.
        let shown: String
    }

    /// All steps, by source.
    private(set) var steps: [Step] = []

    /// Compares every output with every pattern of its bucket.
    init(_ triggers: [Trigger], moves: [BucketName: OutputTemplate]) {
        let languages = triggers.map(\.keys.language)
        let prefixes = languages.map(\.commonPrefix)
        let ignored = triggers.map(\.keys.ignoredLanguage)
        for (source, trigger) in triggers.enumerated() {
            let template = TemplateLanguage(source: languages[source])
            for output in Self.outputs(of: trigger, moves) {
                let keys = template.language(of: output.template)
                let prefix = keys.commonPrefix
                for (target, next) in triggers.enumerated() where next.bucket == output.template.bucket {
                    guard next.events.contains(where: { EventType.createdPut.matches(pattern: $0) }) else {
                        continue
                    }
                    // Most pairs already differ in their first bytes.
                    guard Self.agree(prefix, prefixes[target]), keys.intersects(languages[target]) else {
                        continue
                    }
                    // A pattern that only takes temporary names means them.
                    if keys.isSubset(of: ignored[target]), !languages[target].isSubset(of: ignored[target]) {
                        continue
                    }
                    let isCertain =
                        output.isCertain && next.condition == nil && keys.isSubset(of: languages[target])
                    steps.append(
                        Step(
                            source: source,
                            target: target,
                            isCertain: isCertain,
                            field: output.field,
                            shown: output.shown
                        )
                    )
                }
            }
        }
    }

    private typealias Output = (template: OutputTemplate, isCertain: Bool, field: String, shown: String)

    private static func outputs(of trigger: Trigger, _ moves: [BucketName: OutputTemplate]) -> [Output] {
        var outputs: [Output] = [(trigger.output, true, "output", "'\(trigger.output)'")]
        if let rejects = trigger.rejects {
            outputs.append((rejects, false, "rejects", "rejects to '\(rejects)'"))
        }
        if let move = moves[trigger.bucket] {
            outputs.append((move, true, "output", "(by 'after: move') '\(move)'"))
        }
        return outputs
    }

    /// Whether two words can begin alike.
    private static func agree(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        zip(left, right).allSatisfy { $0 == $1 }
    }
}

extension KeyPattern {
    /// The keys that are left out as temporary names, however the pattern is written.
    fileprivate var ignoredLanguage: KeyLanguage {
        var language = KeyLanguage()
        let slash = ByteSet(UInt8(ascii: "/"))
        let inside = language.addState()
        language.addEdge(language.start, .anyInComponent, inside)
        language.addEdge(inside, .anyInComponent, inside)
        language.addEdge(inside, slash, language.start)
        for pattern in ignored.patterns {
            language.accept(language.append(pattern.language, after: language.start))
        }
        let prefixHasDotName = prefixes.contains { $0.bytes.first == 0x2E || $0.description.contains("/.") }
        if ignored.ignoresDotNames, globs.isEmpty, !prefixHasDotName {
            let rest = language.addState()
            language.addEdge(language.start, ByteSet(UInt8(ascii: ".")), rest)
            language.addEdge(rest, .any, rest)
            language.accept(rest)
        }
        return language
    }
}
