package import ControlPlane
internal import Daemon

/// What would become of a key.
package struct KeyCheckView: Codable, Sendable, Hashable {
    /// The key.
    package let place: PlaceView
    /// Whether there is such an object now; `when` conditions on size and time need one.
    package let exists: Bool
    /// What each trigger says.
    package let verdicts: [KeyVerdictView]

    package init(place: PlaceView, exists: Bool, verdicts: [KeyVerdictView]) {
        self.place = place
        self.exists = exists
        self.verdicts = verdicts
    }
}

/// What one trigger says to a key, and where its outputs would go.
package struct KeyVerdictView: Codable, Sendable, Hashable {
    package let trigger: String
    package let takes: Bool
    @OrNull package var refusal: String?
    package let function: String
    @OrNull package var output: String?
    @OrNull package var rejects: String?

    package init(
        trigger: String,
        takes: Bool,
        refusal: String?,
        function: String,
        output: String?,
        rejects: String?
    ) {
        self.trigger = trigger
        self.takes = takes
        self.refusal = refusal
        self.function = function
        self.output = output
        self.rejects = rejects
    }
}

/// How `sluice check --key` tells it.
package enum KeyCheckText {
    package static func text(_ view: KeyCheckView, _ style: Style) -> String {
        var text = style(Printable.escape(view.place.text), .strong)
        text += view.exists ? "\n" : style("  (there is no such object now)", .faint) + "\n"
        let width = view.verdicts.map { Printable.width($0.trigger) }.max() ?? 0
        for verdict in view.verdicts {
            let name =
                verdict.trigger + String(repeating: " ", count: width - Printable.width(verdict.trigger))
            if verdict.takes {
                text += "  " + style("yes", .good) + "  \(name)  by \(verdict.function)"
                if let output = verdict.output { text += " to \(Printable.escape(output))" }
                if let rejects = verdict.rejects { text += ", rejects to \(Printable.escape(rejects))" }
                text += "\n"
            } else {
                text +=
                    "  " + style("no ", .faint)
                    + "  \(name)  because \(Printable.escape(verdict.refusal ?? ""))\n"
            }
        }
        return view.verdicts.isEmpty ? text + "  There are no triggers.\n" : text
    }
}

/// What a configuration without mistakes holds, in one line.
enum CheckText {
    static func summary(_ configuration: SluiceConfiguration, _ style: Style) -> String {
        func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        var parts = [
            plural(configuration.buckets.count, "bucket"), plural(configuration.functions.count, "function"),
            plural(configuration.triggers.count, "trigger"),
        ]
        if !configuration.schedules.isEmpty {
            parts.append(plural(configuration.schedules.count, "schedule"))
        }
        return style("ok", .good)
            + "  \(Printable.escape(configuration.file)): \(parts.joined(separator: ", "))\n"
    }
}
