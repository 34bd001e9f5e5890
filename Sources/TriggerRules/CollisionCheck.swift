internal import EventModel
internal import Settings

/// Tells when several objects would be written to one key.
///
/// At run time every output key has one owner and the second delivery is dead with `output.collision`; this
/// check tells it before the first object arrives, where templates and patterns show it.
public struct CollisionCheck: Sendable {
    /// What was found, in the order of the triggers.
    public let findings: [RuleFinding]

    /// Checks all triggers of a configuration.
    public init(triggers: [Trigger]) {
        var findings: [RuleFinding] = []
        for (index, trigger) in triggers.enumerated() {
            for (field, template) in trigger.templates {
                if let finding = Self.ownCollision(of: trigger, field, template) { findings.append(finding) }
            }
            if let rejects = trigger.rejects, rejects == trigger.output {
                findings.append(
                    Self.finding(
                        .error,
                        "Trigger '\(trigger.name)' writes output and rejects to the same key '\(rejects)'.",
                        "Give the rejects a prefix of their own.",
                        trigger,
                        "rejects"
                    )
                )
            }
            for other in triggers[..<index] {
                findings += Self.collisions(of: trigger, with: other)
            }
        }
        self.findings = findings
    }

    /// Two objects of one trigger.
    private static func ownCollision(
        of trigger: Trigger,
        _ field: String,
        _ template: OutputTemplate
    ) -> RuleFinding? {
        if template.contains("key") { return nil }
        let tellsNames = template.contains("name") || template.contains("stem")
        if !tellsNames {
            if trigger.keys.isOneKey { return nil }
            return finding(
                .warning,
                "All objects of trigger '\(trigger.name)' would be written to '\(template)'.",
                "Add {key}, or {dir} with {name} or {stem}.",
                trigger,
                field
            )
        }
        guard trigger.keys.spansDirectories, !template.contains("dir") else { return nil }
        return finding(
            .warning,
            "Objects of the same name in different directories would be written to one key by '\(template)'.",
            "Add {dir}/ to the template.",
            trigger,
            field
        )
    }

    /// Objects of two triggers with the same template.
    private static func collisions(of trigger: Trigger, with other: Trigger) -> [RuleFinding] {
        var findings: [RuleFinding] = []
        for (field, template) in trigger.templates {
            for (_, second) in other.templates where second == template {
                let isSameBucket = trigger.bucket == other.bucket
                let overlaps = isSameBucket && trigger.keys.language.intersects(other.keys.language)
                let isCertain =
                    overlaps && trigger.condition == nil && other.condition == nil
                    && trigger.events.contains { other.events.contains($0) }
                // Different keys of one bucket stay different where the template holds the whole key.
                if isSameBucket, !overlaps, template.holdsWholeKey { continue }
                findings.append(
                    finding(
                        isCertain ? .error : .warning,
                        "Triggers '\(other.name)' and '\(trigger.name)' \(isCertain ? "both" : "could both") "
                            + "write to '\(template)'\(overlaps ? " for the same object" : "").",
                        "Give each trigger a prefix of its own.",
                        trigger,
                        field
                    )
                )
            }
        }
        return findings
    }

    private static func finding(
        _ severity: Diagnostic.Severity,
        _ message: String,
        _ hint: String,
        _ trigger: Trigger,
        _ field: String
    ) -> RuleFinding {
        RuleFinding(
            severity: severity,
            code: .configOutputCollision,
            message: message,
            hint: hint,
            trigger: trigger.name,
            field: field
        )
    }
}

extension Trigger {
    fileprivate var templates: [(field: String, template: OutputTemplate)] {
        [("output", output)] + (rejects.map { [("rejects", $0)] } ?? [])
    }
}

extension OutputTemplate {
    fileprivate var holdsWholeKey: Bool {
        contains("key") || (contains("dir") && (contains("name") || (contains("stem") && contains("ext"))))
    }
}

extension KeyPattern {
    /// Whether only one key can pass.
    fileprivate var isOneKey: Bool {
        guard globs.count == 1, let glob = globs.first else { return false }
        return glob.isLiteral
    }
}
