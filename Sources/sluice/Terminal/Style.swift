/// How text is decorated: with ANSI colours on a terminal, not at all elsewhere.
package struct Style: Sendable {
    /// Meanings that have a colour, so that colours are chosen in one place.
    package enum Tone: Sendable {
        case plain, strong, faint, good, bad, warning
    }

    /// Whether colours are written.
    package let isColoured: Bool
    /// Columns of the terminal; nil where lines may have any length.
    package let width: Int?

    /// Chooses a style.
    package init(isColoured: Bool, width: Int? = nil) {
        self.isColoured = isColoured
        self.width = width
    }

    /// Text for pipes and files.
    package static let plain = Style(isColoured: false)

    /// Decorates text (ECMA-48, SGR).
    package func callAsFunction(_ text: String, _ tone: Tone) -> String {
        guard isColoured, !text.isEmpty else { return text }
        switch tone {
        case .plain: return text
        case .strong: return "\u{1B}[1m\(text)\u{1B}[0m"
        case .faint: return "\u{1B}[2m\(text)\u{1B}[0m"
        case .good: return "\u{1B}[32m\(text)\u{1B}[0m"
        case .bad: return "\u{1B}[31m\(text)\u{1B}[0m"
        case .warning: return "\u{1B}[33m\(text)\u{1B}[0m"
        }
    }

    /// The tone of a delivery's state.
    package static func tone(ofState state: String) -> Tone {
        switch state {
        case "done": .good
        case "dead": .bad
        case "leased", "committing": .warning
        case "ready": .plain
        default: .faint
        }
    }
}
