extension ConfigNode {
    /// Reads `0`, `42`, `-7`: what YAML 1.1 and 1.2 agree to be a decimal integer; nil for `0777`, `+1`,
    /// `1_000`.
    public static func decimal(_ text: String) -> Int? {
        let digits = text.utf8.first == 0x2D ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        if first == 0x30 { return text == "0" ? 0 : nil }
        return Int(text)
    }

    /// Reads `250ms`, `1s`, `5m`, `2h`, `1d`.
    public static func parseDuration(_ text: String) -> Duration? {
        let (number, unit) = split(text)
        guard let number, number < 1 << 40 else { return nil }
        switch unit {
        case "ms": return .milliseconds(number)
        case "s": return .seconds(number)
        case "m": return .seconds(number * 60)
        case "h": return .seconds(number * 3600)
        case "d": return .seconds(number * 86400)
        default: return nil
        }
    }

    /// Reads `65536`, `64KiB`, `512MiB`, `10GB`.
    public static func parseByteCount(_ text: String) -> Int? {
        let (number, suffix) = split(text)
        let units = [
            "": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
            "TB": 1_000_000_000_000,
            "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
        ]
        guard let number, let unit = units[String(suffix.drop { $0 == " " })] else { return nil }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : count
    }

    /// Writes a duration as `parseDuration` reads it, in the largest unit that is exact.
    public static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        for (size, unit) in [(86400, "d"), (3600, "h"), (60, "m")] as [(Int64, String)] {
            if seconds >= size, seconds % size == 0 { return "\(seconds / size)\(unit)" }
        }
        return "\(seconds)s"
    }

    /// Leading digits as a number without leading zeros, and the rest.
    private static func split(_ text: String) -> (number: Int?, unit: Substring) {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        return (decimal(String(digits)), text.dropFirst(digits.count))
    }
}
