public import EventModel
internal import Settings

/// Refuses triggers whose outputs make them run for ever (traps Q14, B27).
///
/// An output leads from one trigger to another when it lies in the other's bucket and can match its pattern.
/// It does so *certainly* when every key that the template can give matches and no `when` could stand
/// between; a circle of certain steps is an error, any other circle a warning, because the hop limit still
/// ends it. Moving objects away (`after: { move: … }`) counts as an output of every trigger of their bucket;
/// rejects are never certain.
public struct LoopCheck: Sendable {
    /// What was found, in the order of the triggers.
    public let findings: [RuleFinding]

    /// Checks all triggers of a configuration; `moves` are the `after: move` targets by bucket.
    public init(triggers: [Trigger], moves: [BucketName: OutputTemplate] = [:]) {
        let steps = LoopGraph(triggers, moves: moves).steps
        var findings: [RuleFinding] = []
        for index in triggers.indices {
            let certain = Self.circle(from: index, steps.filter(\.isCertain))
            if let certain { findings.append(Self.finding(certain, triggers, .error)) }
            guard let possible = Self.circle(from: index, steps), possible != certain else { continue }
            findings.append(Self.finding(possible, triggers, .warning))
        }
        self.findings = findings
    }

    /// The shortest way from a trigger back to itself over triggers that come after it, so that each circle
    /// is found from its first trigger only.
    private static func circle(from start: Int, _ steps: [LoopGraph.Step]) -> [LoopGraph.Step]? {
        var open: [[LoopGraph.Step]] = [[]]
        var seen: Set<Int> = []
        while !open.isEmpty {
            var next: [[LoopGraph.Step]] = []
            for path in open {
                for step in steps where step.source == (path.last?.target ?? start) && step.target >= start {
                    if step.target == start { return path + [step] }
                    if seen.insert(step.target).inserted { next.append(path + [step]) }
                }
            }
            open = next
        }
        return nil
    }

    private static func finding(
        _ circle: [LoopGraph.Step],
        _ triggers: [Trigger],
        _ severity: RuleFinding.Severity
    ) -> RuleFinding {
        let first = triggers[circle[0].source]
        let way = circle.map { "'\(triggers[$0.source].name)' writes \($0.shown)" }.joined(separator: ", ")
        let names = (circle.map { triggers[$0.source].name } + [first.name]).map { "'\($0)'" }
        let isCertain = severity == .error
        let message: String
        if circle.count == 1 {
            let verbs = isCertain ? ("triggers", "always matches") : ("could trigger", "can match")
            let output = circle[0].shown
            message = "Trigger \(names[0]) \(verbs.0) itself: it writes \(output), which \(verbs.1) its keys."
        } else {
            let verb = isCertain ? "run" : "could run"
            message = "Triggers \(names.joined(separator: " → ")) \(verb) in a circle: \(way)."
        }
        return RuleFinding(
            severity: severity,
            code: .configTriggerLoop,
            message: message,
            hint: isCertain
                ? "Write to another bucket or prefix, or narrow 'match' so that it leaves the output out."
                : "If this is not meant, write to another prefix; else the circle ends after 16 hops.",
            trigger: first.name,
            field: circle[0].field
        )
    }
}

extension RuleFinding {
    /// Shorter name for the severity that diagnostics have.
    typealias Severity = Diagnostic.Severity
}
