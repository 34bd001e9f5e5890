package import Foundation
package import Logging

/// The text of log lines; control characters are escaped in both formats (trap S10).
package enum LogLine {
    /// `2026-10-01T00:00:00.123Z warning  message  key=value`.
    package static func text(
        level: Logger.Level,
        message: String,
        fields: [(key: String, value: String)],
        time: Date,
        isColoured: Bool
    ) -> String {
        var word = level.rawValue
        word += String(repeating: " ", count: max(0, 8 - word.count))
        if isColoured {
            switch level {
            case .error, .critical: word = "\u{1B}[31m\(word)\u{1B}[0m"
            case .warning: word = "\u{1B}[33m\(word)\u{1B}[0m"
            case .trace, .debug: word = "\u{1B}[2m\(word)\u{1B}[0m"
            case .info, .notice: break
            }
        }
        var line = "\(stamp(time)) \(word) \(escape(message))"
        for field in fields {
            let value = escape(field.value)
            let quoted = value.isEmpty || value.contains(" ") || value.contains("\"")
            line += " \(escape(field.key))=" + (quoted ? "\"\(value.replacing("\"", with: "\\\""))\"" : value)
        }
        return line
    }

    /// One JSON object: `time`, `level`, `logger`, `message` and the fields.
    package static func json(
        level: Logger.Level,
        label: String,
        message: String,
        fields: [(key: String, value: String)],
        time: Date
    ) -> String {
        var pairs = [
            ("time", stamp(time)), ("level", level.rawValue), ("logger", label), ("message", message),
        ]
        let taken = Set(pairs.map(\.0))
        for field in fields {
            pairs.append((taken.contains(field.key) ? "field_" + field.key : field.key, field.value))
        }
        return "{" + pairs.map { "\(quote($0.0)):\(quote($0.1))" }.joined(separator: ",") + "}"
    }

    private static func stamp(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }
            .joined()
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where isControl(scalar):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
