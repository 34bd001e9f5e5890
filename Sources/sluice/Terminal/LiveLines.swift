/// Lines at the bottom of a terminal that are drawn again and again in place; pure.
package struct LiveLines: Sendable {
    /// One line.
    package struct Line: Sendable {
        /// What it says; without escape sequences.
        package let text: String
        /// Its meaning.
        package let tone: Style.Tone

        /// Describes a line.
        package init(_ text: String, _ tone: Style.Tone = .plain) { (self.text, self.tone) = (text, tone) }
    }

    /// How many lines the terminal shows below the first.
    private var below = 0
    private var isDrawn = false

    /// Nothing is drawn.
    package init() {}

    /// What draws these lines in the place of those before; at least one. A line that is too long is
    /// shortened, for one that wraps would stay behind (ECMA-48: CUU, EL, ED).
    package mutating func frame(_ lines: [Line], _ style: Style) -> String {
        var text = start
        let width = max(1, (style.width ?? 80) - 1)
        text += lines.map { line in
            style(Printable.shorten(line.text, to: width), line.tone) + "\u{1B}[K"
        }.joined(separator: "\n")
        (below, isDrawn) = (lines.count - 1, true)
        return text + "\u{1B}[J"
    }

    /// What removes them.
    package mutating func clear() -> String {
        guard isDrawn else { return "" }
        defer { self = LiveLines() }
        return start + "\u{1B}[J"
    }

    private var start: String { below == 0 ? "\r" : "\r\u{1B}[\(below)A" }
}
