/// An object's key: bytes, compared as bytes; usually but not always UTF-8 (trap W17).
public struct ObjectKey: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
    /// The bytes of the key, as the store has them.
    public let bytes: [UInt8]

    /// Wraps the bytes of a key.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes the UTF-8 bytes of a string.
    public init(_ string: String) { self.bytes = Array(string.utf8) }

    /// Takes the UTF-8 bytes of a literal.
    public init(stringLiteral value: String) { self.bytes = Array(value.utf8) }

    /// The key as a string, or nil when its bytes are not UTF-8.
    public var string: String? { String(validating: bytes, as: UTF8.self) }

    /// Orders by bytes, as S3 lists keys.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ObjectKey: CustomStringConvertible {
    /// The key for people and logs: control, direction and invalid bytes as `\xNN` (trap S10), `\` as `\\`.
    public var description: String {
        let text = string ?? ""
        guard
            text.isEmpty != bytes.isEmpty || bytes.contains(where: { $0 < 0x20 || $0 == 0x5C || $0 >= 0x7F })
        else {
            return text
        }
        var escaped = ""
        if string != nil {
            for scalar in text.unicodeScalars { escaped += Self.printable(scalar) }
        } else {
            for byte in bytes { escaped += Self.printable(Unicode.Scalar(byte), escapeHigh: true) }
        }
        return escaped
    }

    /// Reads what `description` writes: `\xNN` is one byte, `\\` a backslash; the rest stands for itself.
    public init(escaped text: String) {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var index = 0
        while index < source.count {
            if source[index] == 0x5C, index + 1 < source.count {
                if source[index + 1] == 0x5C {
                    bytes.append(0x5C)
                    index += 2
                    continue
                }
                if source[index + 1] == 0x78, index + 3 < source.count,
                    let byte = UInt8(
                        String(decoding: source[(index + 2)...(index + 3)], as: UTF8.self),
                        radix: 16
                    )
                {
                    bytes.append(byte)
                    index += 4
                    continue
                }
            }
            bytes.append(source[index])
            index += 1
        }
        self.init(bytes: bytes)
    }

    private static func printable(_ scalar: Unicode.Scalar, escapeHigh: Bool = false) -> String {
        if scalar == "\\" { return "\\\\" }
        let value = scalar.value
        let isControl = value < 0x20 || (0x7F...0x9F).contains(value)
        let isDirection =
            (0x200E...0x200F).contains(value) || (0x202A...0x202E).contains(value)
            || (0x2066...0x2069).contains(value)
        if !isControl, !isDirection, !(escapeHigh && value >= 0x80) { return String(scalar) }
        if escapeHigh { return hex(UInt8(truncatingIfNeeded: value)) }
        return String(scalar).utf8.map(hex).joined()
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
    }
}
