package import ControlPlane

/// What `sluice why` shows of a key.
package enum ExplanationText {
    /// The whole explanation.
    package static func text(_ explanation: ExplanationView, _ style: Style) -> String {
        var text = style(Printable.escape("\(explanation.bucket):\(explanation.key)"), .strong) + "\n"
        if let object = explanation.object {
            text += "  object   \(Figures.bytes(object.sizeBytes)), modified \(object.modified), "
            text += "version \(object.version)\n"
        } else if let reason = explanation.ineligible {
            text += "  object   " + style("none: \(Printable.escape(reason))", .warning) + "\n"
        } else {
            text += "  object   " + style("there is none now", .warning) + "\n"
        }
        if let output = explanation.madeBy {
            let source = "trigger \(output.trigger) from \(output.source.text)"
            text += "  made by  " + Printable.escape("\(source), delivery \(output.delivery)") + "\n"
        }
        text += "\n" + verdicts(explanation.verdicts, style)
        for target in explanation.targets { text += self.target(target, style) }
        if explanation.deliveries.isEmpty { return text + "\nNo deliveries.\n" }
        text += "\n" + DeliveryText.list(explanation.deliveries.map(\.delivery), style)
        let outputs = explanation.deliveries.flatMap(\.outputs)
        if !outputs.isEmpty { text += "\n" + DeliveryText.outputs(outputs).text(style) }
        for history in explanation.deliveries.prefix(1) {
            if let failure = history.delivery.failure, history.delivery.state != "done" {
                text += "\n" + ErrorText.block(failure, style, indent: "")
            }
        }
        return text
    }

    /// Which triggers take a key, and why the others do not.
    package static func verdicts(_ verdicts: [VerdictView], _ style: Style) -> String {
        var text = ""
        let width = verdicts.map { Printable.width($0.trigger) }.max() ?? 0
        for verdict in verdicts {
            let name =
                verdict.trigger + String(repeating: " ", count: width - Printable.width(verdict.trigger))
            if let refusal = verdict.refusal {
                text += "  " + style("no ", .faint) + "  \(name)  because \(Printable.escape(refusal))\n"
            } else {
                text += "  " + style("yes", .good) + "  \(name)\n"
            }
        }
        return text.isEmpty ? "  There are no triggers.\n" : text
    }

    private static func target(_ target: TargetView, _ style: Style) -> String {
        var parts: [String] = []
        if target.seen == nil { parts.append("seen to be gone") }
        if let reason = target.skippedReason { parts.append("recorded without a delivery: \(reason)") }
        if let done = target.done {
            parts.append("outputs made from version \(done.version) (generation \(done.generation))")
        }
        guard !parts.isEmpty else { return "" }
        return style("  \(target.trigger): ", .faint) + Printable.escape(parts.joined(separator: "; ")) + "\n"
    }
}
