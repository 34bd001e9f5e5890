package import ControlPlane

/// What `sluice check` shows: each finding with its place; on a terminal with the line it is about.
package enum FindingsText {
    /// All findings, and how many there are. With `source`, each is followed by its line and a caret.
    package static func text(_ check: CheckView, source: [UInt8]?, _ style: Style) -> String {
        let lines = source.map { $0.split(separator: 0x0A, omittingEmptySubsequences: false) }
        var text = ""
        for finding in check.findings {
            let tone: Style.Tone = finding.severity == "error" ? .bad : .warning
            text += style(Printable.escape("\(check.file):\(finding.line):\(finding.column): "), .strong)
            text += style(finding.severity, tone) + " [\(finding.code)] \(Printable.escape(finding.message))"
            guard let lines else {
                text += (finding.hint.map { " \(Printable.escape($0))" } ?? "") + "\n"
                continue
            }
            text += "\n"
            if lines.indices.contains(finding.line - 1) {
                text += excerpt(
                    String(decoding: lines[finding.line - 1], as: UTF8.self),
                    column: finding.column,
                    style
                )
            }
            if let hint = finding.hint {
                text += "    " + style("hint", .faint) + "  \(Printable.escape(hint))\n"
            }
        }
        return text + summary(check, style)
    }

    private static func summary(_ check: CheckView, _ style: Style) -> String {
        let errors = check.findings.count { $0.severity == "error" }
        let warnings = check.findings.count - errors
        func plural(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        if errors > 0 {
            let more = warnings > 0 ? " and \(plural(warnings, "warning"))" : ""
            return style(plural(errors, "error") + more, .bad) + "\n"
        }
        return warnings > 0 ? style(plural(warnings, "warning"), .warning) + "\n" : ""
    }

    /// The line with a caret below the column; a long line is cut around it.
    private static func excerpt(_ line: String, column: Int, _ style: Style) -> String {
        let characters = Array(line.replacing("\t", with: " "))
        let width = max(40, (style.width ?? 100) - 8)
        let start = max(0, min(column - 1 - width / 2, characters.count - width))
        let shown = characters.dropFirst(start).prefix(width)
        let caret = max(0, min(column - 1 - start, width))
        return "    " + Printable.escape(String(shown)) + "\n    " + String(repeating: " ", count: caret)
            + style("^", .bad) + "\n"
    }
}
