internal import EventModel

extension ConfigNode {
    /// An integer within `range`: decimal digits, unquoted, without leading zeros (`0777` is no number, trap
    /// S34).
    public func integer(in range: ClosedRange<Int> = .min ... .max, _ diagnostics: inout Diagnostics) -> Int?
    {
        if case .scalar(let text, isQuoted: false) = value, let number = Self.decimal(text),
            range.contains(number)
        {
            return number
        }
        let bounds =
            switch (range.lowerBound, range.upperBound) {
            case (.min, .max): ""
            case (let low, .max): " of at least \(low)"
            case (let low, let high): " from \(low) to \(high)"
            }
        diagnostics.error(
            .configInvalidValue,
            "\(displayPath) must be an integer\(bounds).",
            hint: numberHint,
            at: self
        )
        return nil
    }

    /// A number within `range`: an integer or a decimal fraction, unquoted, without leading zeros.
    public func number(in range: ClosedRange<Double>, _ diagnostics: inout Diagnostics) -> Double? {
        if case .scalar(let text, isQuoted: false) = value {
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let fraction = parts.count == 2 ? parts[1] : "0"
            let isFraction = !fraction.isEmpty && fraction.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            let whole = parts[0] == "-0" ? "0" : String(parts[0])
            if isFraction, Self.decimal(whole) != nil, let number = Double(text), range.contains(number) {
                return number
            }
        }
        diagnostics.error(
            .configInvalidValue,
            "\(displayPath) must be a number from \(range.lowerBound) to \(range.upperBound).",
            hint: numberHint,
            at: self
        )
        return nil
    }

    /// `true` or `false`, unquoted; YAML 1.1's `yes`, `no`, `on`, `off` are refused (trap S34).
    public func boolean(_ diagnostics: inout Diagnostics) -> Bool? {
        if case .scalar("true", isQuoted: false) = value { return true }
        if case .scalar("false", isQuoted: false) = value { return false }
        diagnostics.error(.configInvalidValue, "\(displayPath) must be true or false.", at: self)
        return nil
    }

    /// One of a few words, with the nearest one as a hint.
    public func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ type: Choice.Type = Choice.self,
        _ diagnostics: inout Diagnostics
    ) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        if case .scalar(let text, _) = value {
            if let choice = Choice(rawValue: text) { return choice }
            diagnostics.error(
                .configInvalidValue,
                "\(displayPath) must be \(Self.alternatives(words)), not '\(text)'.",
                hint: Suggestion.nearest(to: text, among: words).map { "Did you mean '\($0)'?" },
                at: self
            )
        } else {
            diagnostics.error(
                .configInvalidValue,
                "\(displayPath) must be \(Self.alternatives(words)).",
                at: self
            )
        }
        return nil
    }

    /// The items of a list; a single scalar counts as a list of one where `orSingle` is set.
    public func list(orSingle: Bool = false, _ diagnostics: inout Diagnostics) -> [ConfigNode]? {
        switch value {
        case .sequence(let items): return items
        case .scalar where orSingle && !isNull: return [self]
        default:
            diagnostics.error(.configInvalidValue, "\(displayPath) must be a list, not \(kind).", at: self)
            return nil
        }
    }

    /// A list of strings; a single string counts as a list of one.
    public func texts(_ diagnostics: inout Diagnostics) -> [String]? {
        guard let items = list(orSingle: true, &diagnostics) else { return nil }
        return items.compactMap { $0.text(&diagnostics) }
    }

    /// A duration with its unit within `range`: `250ms`, `1s`, `5m`, `2h`, `1d`.
    public func duration(
        in range: ClosedRange<Duration>? = nil,
        _ diagnostics: inout Diagnostics
    ) -> Duration? {
        guard case .scalar(let text, _) = value, let duration = Self.parseDuration(text) else {
            diagnostics.error(
                .configInvalidValue,
                "\(displayPath) must be a duration with a unit.",
                hint: "Write for instance 250ms, 1s, 5m or 2h.",
                at: self
            )
            return nil
        }
        guard let range, !range.contains(duration) else { return duration }
        let (low, high) = (Self.text(of: range.lowerBound), Self.text(of: range.upperBound))
        diagnostics.error(
            .configInvalidValue,
            "\(displayPath) must be from \(low) to \(high).",
            at: self
        )
        return nil
    }

    /// A number of bytes within `range`: `65536`, `64KiB`, `512MiB`, `10GB`.
    public func byteCount(in range: ClosedRange<Int> = 0 ... .max, _ diagnostics: inout Diagnostics) -> Int? {
        guard case .scalar(let text, _) = value, let count = Self.parseByteCount(text) else {
            diagnostics.error(
                .configInvalidValue,
                "\(displayPath) must be a number of bytes.",
                hint: "Write for instance 64KiB, 512MiB or 10GB.",
                at: self
            )
            return nil
        }
        if range.contains(count) { return count }
        let upper = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
        diagnostics.error(
            .configInvalidValue,
            "\(displayPath) must be at least \(range.lowerBound)\(upper) bytes.",
            at: self
        )
        return nil
    }

    /// `'a', 'b' or 'c'`.
    private static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        return quoted.dropLast().joined(separator: ", ") + (quoted.count > 1 ? " or " : "")
            + (quoted.last ?? "")
    }

    private var numberHint: String? {
        guard case .scalar(let text, let isQuoted) = value else { return nil }
        if isQuoted, Self.decimal(text) != nil { return "Write the number without quotes." }
        return text.count > 1 && text.hasPrefix("0") ? "Numbers are decimal and have no leading zero." : nil
    }
}
