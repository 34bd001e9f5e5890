package import ControlPlane

/// What `sluice events` shows.
package enum FeedText {
    /// One line.
    package static func line(_ entry: FeedEntryView, _ style: Style) -> String {
        var text = style(String(entry.time.dropFirst(11).prefix(12)), .faint) + "  "
        let kind = entry.kind + String(repeating: " ", count: max(0, 11 - entry.kind.count))
        text += style(kind, Style.tone(ofState: entry.kind)) + " "
        text += Printable.escape(entry.key.map { "\(entry.bucket):\($0)" } ?? entry.bucket)
        if let trigger = entry.trigger {
            text += style("  \(Printable.escape(trigger))" + (entry.delivery.map { " #\($0)" } ?? ""), .faint)
        }
        if !entry.detail.isEmpty { text += "  " + Printable.escape(entry.detail) }
        return text + "\n"
    }
}
