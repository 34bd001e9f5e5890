public import EventModel

/// How keys that hold their time are scanned often where they are new: `logs/{yyyy}/{mm}/{dd}/`.
///
/// Such a scan sees what is there, earlier than the complete one; it says nothing of what is not.
public struct RecentScan: Sendable, Hashable {
    /// What stands for a part of the time, in UTC.
    public static let placeholders = ["yyyy", "mm", "dd", "HH"]
    /// A writer whose clock is ahead is seen as well.
    private static let ahead = Duration.seconds(300)

    /// How keys begin, with placeholders.
    public let template: String
    /// From the end of one scan to the beginning of the next.
    public let interval: Duration
    /// How many days are recent, today being the first; 1 to 366.
    public let days: Int

    /// Describes a scan; `template` holds none but `placeholders` in braces, each at most once.
    public init(template: String, interval: Duration, days: Int) {
        self.template = template
        self.interval = interval
        self.days = min(max(days, 1), 366)
    }

    /// The names in braces, in order; nil where a brace has no other.
    public static func names(in template: String) -> [String]? {
        var names: [String] = []
        var rest = template[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { return nil }
            names.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }

    /// The prefixes of the days that are recent now, the newest first, each once, and none below another.
    public func prefixes(at now: Timestamp) -> [ObjectKey] {
        let hours = template.contains("{HH}") ? days * 24 : days
        let step = template.contains("{HH}") ? Duration.seconds(3600) : .seconds(86_400)
        var found: [ObjectKey] = []
        for moment in [now.advanced(by: Self.ahead)] + (0..<hours).map({ now.advanced(by: step * -$0) }) {
            let prefix = ObjectKey(render(moment))
            if !found.contains(prefix) { found.append(prefix) }
        }
        return found.filter { prefix in
            !found.contains { $0 != prefix && prefix.bytes.starts(with: $0.bytes) }
        }
    }

    private func render(_ moment: Timestamp) -> String {
        // `2026-10-01T00:00:00.000Z`, from the end, where a year of five digits does no harm.
        let text = Array(moment.description)
        func part(_ back: Int, _ count: Int) -> String {
            String(text[(text.count - back)..<(text.count - back + count)])
        }
        return template.replacing("{yyyy}", with: String(text[..<(text.count - 20)]))
            .replacing("{mm}", with: part(19, 2))
            .replacing("{dd}", with: part(16, 2))
            .replacing("{HH}", with: part(13, 2))
    }
}
