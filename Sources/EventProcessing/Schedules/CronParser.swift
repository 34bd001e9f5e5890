/// Why a text is no cron expression.
public struct CronError: Error, Sendable, Hashable {
    /// What is wrong.
    public let message: String
    /// What to write instead, where we know it.
    public let hint: String?

    /// Describes a mistake.
    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

extension CronExpression {
    private static let form = "Write minute, hour, day of month, month and day of week: \"30 3 * * *\"."
    /// Words for whole expressions (crontab(5), "EXTENSIONS").
    private static let words = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Reads five fields, or a word such as `@daily`.
    public init(_ text: String) throws(CronError) {
        var parts = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if let first = parts.first, first.hasPrefix("@") {
            guard parts.count == 1, let meaning = Self.words[first.lowercased()] else {
                throw CronError(
                    "'\(text)' is no word for a time.",
                    hint: "Known: @hourly, @daily, @weekly, @monthly, @yearly."
                )
            }
            parts = meaning.split(separator: " ").map(String.init)
        }
        if let first = parts.first, first.contains("=") {
            throw CronError(
                "'\(first)' is no field.",
                hint: "The time zone is a setting of its own, 'timezone'."
            )
        }
        guard parts.count == 5 else {
            let hint = parts.count == 6 ? "Seconds are not taken. " + Self.form : Self.form
            throw CronError("'\(text)' has \(parts.count) fields instead of five.", hint: hint)
        }
        let weekdays = try CronField.weekday.parse(parts[4])
        self.init(
            text: text,
            minutes: try CronField.minute.parse(parts[0]),
            hours: try CronField.hour.parse(parts[1]),
            days: try CronField.day.parse(parts[2]),
            months: try CronField.month.parse(parts[3]),
            // 7 is Sunday as well.
            weekdays: (weekdays | weekdays >> 7) & 0x7F,
            needsBothDays: parts[2].hasPrefix("*") || parts[4].hasPrefix("*")
        )
    }
}

/// One of the five fields: its name, its numbers, its words.
private struct CronField {
    let name: String
    let range: ClosedRange<Int>
    /// Three letters each; the first stands for `range.lowerBound`.
    var words: [String] = []

    static let minute = CronField(name: "minute", range: 0...59)
    static let hour = CronField(name: "hour", range: 0...23)
    static let day = CronField(name: "day of month", range: 1...31)
    static let month = CronField(
        name: "month",
        range: 1...12,
        words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
    static let weekday = CronField(
        name: "day of week",
        range: 0...7,
        words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    )

    /// A bit for each number of a list of numbers, words and ranges, with steps.
    func parse(_ text: String) throws(CronError) -> UInt64 {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let numbers = try range(of: parts[0], in: text)
            var step = 1
            if parts.count == 2 {
                guard parts[0] == "*" || parts[0].contains("-") else {
                    throw mistake(
                        text,
                        "a step belongs to a range",
                        "Write \(parts[0])-\(range.upperBound)/\(parts[1])."
                    )
                }
                guard let value = number(parts[1]), value > 0, value <= range.upperBound else {
                    throw mistake(text, "'\(parts[1])' is no step", "Write for instance */5.")
                }
                step = value
            }
            for value in stride(from: numbers.lowerBound, through: numbers.upperBound, by: step) {
                bits |= 1 << UInt64(value)
            }
        }
        return bits
    }

    private func range(of item: Substring, in text: String) throws(CronError) -> ClosedRange<Int> {
        // Not 7: `*/2` would begin and end with Sunday.
        if item == "*" { return range.lowerBound...min(range.upperBound, words.count == 7 ? 6 : .max) }
        let ends = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let low = try value(ends[0], in: text)
        guard ends.count == 2 else { return low...low }
        let high = try value(ends[1], in: text)
        guard low <= high else {
            throw mistake(
                text,
                "the range '\(item)' runs backwards",
                "Write two: \(ends[0])-\(range.upperBound),\(range.lowerBound)-\(ends[1])."
            )
        }
        return low...high
    }

    private func value(_ word: Substring, in text: String) throws(CronError) -> Int {
        if let index = words.firstIndex(of: word.lowercased()) { return range.lowerBound + index }
        if let number = number(word) {
            if range.contains(number) { return number }
            throw mistake(text, "\(number) is not from \(range.lowerBound) to \(range.upperBound)", nil)
        }
        if word.contains(where: { "LW#?".contains($0) }) {
            throw mistake(text, "'?', 'L', 'W' and '#' are not taken", "Write days by their numbers.")
        }
        let known = words.isEmpty ? "" : " or names of three letters such as \(words[1].uppercased())"
        throw mistake(
            text,
            word.isEmpty ? "a value is missing" : "'\(word)' is no value",
            "Write numbers\(known), lists (1,15), ranges (1-5) and steps (*/2)."
        )
    }

    private func number(_ text: Substring) -> Int? {
        text.utf8.count <= 2 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
    }

    private func mistake(_ text: String, _ reason: String, _ hint: String?) -> CronError {
        CronError("The \(name) '\(text)' cannot be read: \(reason).", hint: hint)
    }
}
