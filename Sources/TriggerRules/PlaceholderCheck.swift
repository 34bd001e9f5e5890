public import EventModel
internal import Settings

/// Tells when a template leaves out what distinguishes a function's outputs, or asks for what it does not
/// give.
///
/// Without the first, two outputs of one object would have the same key; without the second, no output could
/// have any.
public struct PlaceholderCheck: Sendable {
    /// What was found, in the order of the triggers.
    public let findings: [RuleFinding]

    /// Checks all triggers; `placeholders` are those that each function's outputs fill. A function that is
    /// not there is not checked.
    public init(triggers: [Trigger], placeholders: [FunctionName: Set<String>]) {
        findings = triggers.flatMap { trigger in
            guard let given = placeholders[trigger.function] else { return [RuleFinding]() }
            return Self.findings(trigger, given)
        }
    }

    private static func findings(_ trigger: Trigger, _ given: Set<String>) -> [RuleFinding] {
        TemplatePiece.outputPlaceholders.flatMap { name in
            let isUsed = trigger.output.contains(name)
            var findings: [RuleFinding] = []
            if given.contains(name), !isUsed { findings.append(missing(name, trigger)) }
            if !given.contains(name), isUsed { findings.append(unfilled(name, trigger)) }
            if trigger.rejects?.contains(name) == true { findings.append(inRejects(name, trigger)) }
            return findings
        }
    }

    private static func missing(_ name: String, _ trigger: Trigger) -> RuleFinding {
        let what =
            switch name {
            case "member": "makes an output of each member of an archive"
            case "output": "routes records to several outputs"
            case "partition": "partitions records"
            default: "begins a further output when one is full"
            }
        return RuleFinding(
            severity: .error,
            code: .configOutputCollision,
            message: "Function '\(trigger.function)' \(what), and the output of trigger '\(trigger.name)' "
                + "does not say {\(name)}: they would all have the same key.",
            hint: hint(name, trigger.output),
            trigger: trigger.name,
            field: "output"
        )
    }

    private static func hint(_ name: String, _ template: OutputTemplate) -> String {
        let example: String =
            switch name {
            case "member": "\(template.bucket):{key}/{member}"
            case "output": "\(template.bucket):{output}/{key}"
            case "partition": "\(template.bucket):{partition}/{key}"
            default: "\(template.bucket):{key}.{part}"
            }
        let other = name == "member" ? ", or unarchive with `merge: true`" : ""
        return "Add {\(name)} to the template, for instance \"\(example)\"\(other)."
    }

    private static func unfilled(_ name: String, _ trigger: Trigger) -> RuleFinding {
        let step =
            switch name {
            case "member": "'unarchive' (without `merge: true`)"
            case "output": "'route'"
            case "partition": "'partition'"
            default: "'partition' with a size or number of records at which outputs are full"
            }
        return RuleFinding(
            severity: .error,
            code: .configInvalidPattern,
            message: "The output of trigger '\(trigger.name)' says {\(name)}, which function "
                + "'\(trigger.function)' does not give.",
            hint: "Take {\(name)} out of the template, or add the step \(step) to the function.",
            trigger: trigger.name,
            field: "output"
        )
    }

    private static func inRejects(_ name: String, _ trigger: Trigger) -> RuleFinding {
        RuleFinding(
            severity: .error,
            code: .configInvalidPattern,
            message: "The rejects of trigger '\(trigger.name)' say {\(name)}, but an object has only one "
                + "output of rejects.",
            hint: "Take {\(name)} out of the template; each line of the rejects names its member.",
            trigger: trigger.name,
            field: "rejects"
        )
    }
}
