/// Rows under heads, each column as wide as its widest cell.
package struct Table {
    /// One column.
    package struct Column {
        let title: String
        let isNumber: Bool
        let isFlexible: Bool

        /// A column of text; a flexible one is shortened in its middle where the terminal is too narrow.
        package static func text(_ title: String, flexible: Bool = false) -> Column {
            Column(title: title, isNumber: false, isFlexible: flexible)
        }
        /// A column of figures, aligned at their ends.
        package static func number(_ title: String) -> Column {
            Column(title: title, isNumber: true, isFlexible: false)
        }
    }

    /// One cell.
    package struct Cell: ExpressibleByStringLiteral {
        let text: String
        let tone: Style.Tone

        /// A cell with a tone; text of outsiders is escaped (trap S10).
        package init(_ text: String, _ tone: Style.Tone = .plain) {
            self.text = Printable.escape(text)
            self.tone = tone
        }
        /// A literal.
        package init(stringLiteral value: String) { self.init(value) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    /// An empty table.
    package init(_ columns: [Column]) { self.columns = columns }

    /// Whether it has no rows.
    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; a missing cell is empty.
    package mutating func add(_ cells: [Cell]) {
        rows.append(cells + Array(repeating: Cell(""), count: max(0, columns.count - cells.count)))
    }

    /// The table as text, each line ended.
    package func text(_ style: Style) -> String {
        var widths = columns.map { Printable.width($0.title) }
        for row in rows {
            for index in columns.indices {
                widths[index] = max(widths[index], Printable.width(row[index].text))
            }
        }
        shrink(&widths, to: style.width)
        var lines = [line(columns.map { Cell($0.title, .strong) }, widths, style)]
        for row in rows { lines.append(line(row, widths, style)) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func shrink(_ widths: inout [Int], to width: Int?) {
        guard let width else { return }
        let flexible = columns.indices.filter { columns[$0].isFlexible }
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        while excess > 0, let widest = flexible.max(by: { widths[$0] < widths[$1] }), widths[widest] > 16 {
            let cut = min(excess, max(1, (widths[widest] - 16) / 2))
            widths[widest] -= cut
            excess -= cut
        }
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where index < columns.count {
            let text = Printable.shorten(cell.text, to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - Printable.width(text))
            let isLast = index == columns.count - 1
            if columns[index].isNumber {
                line += padding + style(text, cell.tone)
            } else {
                line += style(text, cell.tone) + (isLast ? "" : padding)
            }
            if !isLast { line += "  " }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
