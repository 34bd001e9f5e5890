/// Text of outsiders made safe and measurable for a terminal.
package enum Printable {
    /// Control and bidirectional characters as `\xNN` or `\u{N}`; everything else, backslashes too, as it is
    /// (trap S10).
    ///
    /// Keys arrive escaped already and pass unchanged; this catches what messages and details carry.
    package static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            guard isUnsafe(scalar) else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16)
            escaped +=
                scalar.value < 0x100 ? "\\x" + (digits.count == 1 ? "0" : "") + digits : "\\u{\(digits)}"
        }
        return escaped
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Columns that text takes: wide East Asian characters two, combining marks none (UAX 11, roughly).
    package static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0..<0x300: sum + 1
            case 0x300...0x36F, 0x200B...0x200D, 0xFE00...0xFE0F: sum
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
                0xFF00...0xFF60,
                0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                sum + 2
            default: sum + 1
            }
        }
    }

    /// Takes out the middle of text that is wider than `limit`, so that both a path's begin and its name
    /// stay.
    package static func shorten(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        let characters = Array(text)
        var head = max(1, (limit - 1) / 2)
        var tail = max(0, limit - 1 - head)
        func joined() -> String { String(characters.prefix(head)) + "…" + String(characters.suffix(tail)) }
        while width(joined()) > limit, head > 0 || tail > 0 {
            if tail >= head { tail -= 1 } else { head -= 1 }
        }
        return joined()
    }
}
