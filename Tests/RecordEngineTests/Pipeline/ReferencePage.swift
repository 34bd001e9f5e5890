internal import Foundation

/// docs/functions.md, cut into its sections.
struct ReferencePage {
    /// One section: a heading of level 3 and what stands below it.
    struct Section {
        /// Without the backquotes: `parse: json`, `keep_if`.
        let title: String
        /// The lines up to the next heading.
        let lines: [String]

        /// The blocks of code of one language, without the fences.
        func blocks(_ language: String) -> [String] {
            var blocks: [[String]] = []
            var isInside = false
            for line in lines {
                if line == "```\(language)" {
                    isInside = true
                    blocks.append([])
                } else if line.hasPrefix("```") {
                    isInside = false
                } else if isInside, let last = blocks.indices.last {
                    blocks[last].append(line)
                }
            }
            return blocks.map { $0.joined(separator: "\n") }
        }

        /// The names in the first column of the table of fields.
        var fieldNames: [String] {
            guard let head = lines.firstIndex(of: "| field | |") else { return [] }
            return lines[(head + 2)...].prefix { $0.hasPrefix("|") }.compactMap { row in
                let parts = row.split(separator: "`")
                return row.hasPrefix("| `") && parts.count > 1 ? String(parts[1]) : nil
            }
        }

        /// What goes in, and what is said to come out of it: a line, "dropped", or "rejected: " and why.
        var examples: [(input: String, outcome: String)] {
            let rows = blocks("text").flatMap { $0.split(separator: "\n").map(String.init) }
            return zip(rows, rows.dropFirst()).compactMap { input, outcome in
                outcome.hasPrefix("→ ") ? (input, String(outcome.dropFirst(2))) : nil
            }
        }
    }

    /// The whole page.
    let text: String
    /// In the order of the page.
    let sections: [Section]

    /// Reads the page of this repository.
    init() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let page = root.appendingPathComponent("docs/functions.md")
        text = try String(contentsOf: page, encoding: .utf8)
        var sections: [Section] = []
        var title: String?
        var lines: [String] = []
        func close() {
            if let title { sections.append(Section(title: title, lines: lines)) }
            title = nil
            lines = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("#") { close() }
            if line.hasPrefix("### ") {
                title = line.dropFirst(4).filter { $0 != "`" }
            } else {
                lines.append(line)
            }
        }
        close()
        self.sections = sections
    }
}
