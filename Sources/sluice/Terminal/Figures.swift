internal import EventModel

/// Figures as people read them.
package enum Figures {
    /// `980 B`, `1.2 kB`, `4.7 GB`.
    package static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        if count < 1000 { return "\(count) B" }
        for unit in ["kB", "MB", "GB", "TB"] {
            value /= 1000
            if value < 999.5 || unit == "TB" {
                return (value < 9.95 ? fixed(value, 1) : fixed(value, 0)) + " " + unit
            }
        }
        return "\(count) B"
    }

    /// `12 ms`, `1.4 s`, `3 min 20 s`, `2 h 5 min`.
    package static func seconds(_ seconds: Double) -> String {
        if seconds < 0.0995 { return fixed(seconds * 1000, 1) + " ms" }
        if seconds < 0.9995 { return fixed(seconds * 1000, 0) + " ms" }
        if seconds < 59.95 { return fixed(seconds, 1) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        if whole < 86_400 { return "\(whole / 3600) h \(whole / 60 % 60) min" }
        return "\(whole / 86_400) d \(whole / 3600 % 24) h"
    }

    /// `1234567` as `1,234,567`.
    package static func count(_ value: some BinaryInteger) -> String {
        let digits = String(value)
        var result = ""
        for (index, digit) in digits.enumerated() {
            let left = digits.count - index
            if index > 0, left % 3 == 0, result != "-" { result.append(",") }
            result.append(digit)
        }
        return result
    }

    /// An RFC 3339 time as it is shown in tables: without the fraction and the `T`.
    package static func time(_ text: String) -> String {
        guard text.count == 24, text.hasSuffix("Z") else { return text }
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    /// A number with so many digits after the point.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value * scale).rounded()
        guard abs(scaled) < 9e15 else { return String(value) }
        let whole = Int64(scaled)
        if digits == 0 { return String(whole) }
        let fraction = String(abs(whole) % Int64(scale))
        let sign = whole < 0 ? "-" : ""
        return sign + String(abs(whole) / Int64(scale)) + "."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
