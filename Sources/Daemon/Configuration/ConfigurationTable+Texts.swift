internal import Settings

extension ConfigurationTable {
    /// The JSON Schema of the file (`sluice schema`).
    public static var jsonSchema: String { JSONSchema.text(of: root, title: "Sluice configuration") }

    /// The settings as Markdown tables, section by section; part of docs/configuration.md.
    public static var markdown: String {
        var text = ""
        for section in root.all {
            text += "### \(section.title)\n\n\(section.summary)\n\n"
            text += "| setting | holds | default | |\n|---|---|---|---|\n"
            for setting in section.settings { text += row(setting) }
            text += "\n"
        }
        text += "### steps\n\nEach entry of `steps:` is one of these. Their pages say more: "
        text +=
            "[parsers](reference/parsers.md), [steps](reference/steps.md), [encoders](reference/encoders.md)."
        text += "\n\n| step | | example |\n|---|---|---|\n"
        for step in steps {
            let example = escaped("\(step.name): \(step.example)")
            text += "| `\(step.name)` | \(escaped(step.summary)) | `\(example)` |\n"
        }
        return text
    }

    private static func row(_ setting: Setting) -> String {
        let standard = setting.isRequired ? "**required**" : setting.standard ?? ""
        let cells = [setting.type.name, standard, setting.summary].map(escaped)
        return "| `\(setting.name)` | \(cells.joined(separator: " | ")) |\n"
    }

    /// A bar would end the cell of a table.
    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
