/// References in text: `&amp;`, `&#10;`, `&#xA;` (XML 1.0, sections 4.1 and 4.6).
enum XMLReferences {
    /// The longest thing after a `&` that is looked at as a reference.
    private static let longest = 16

    /// Text with its references replaced.
    ///
    /// A `&` that cannot begin a reference stands for itself.
    ///
    /// Throws for a reference to what nobody defined, and for a number that is no character's; then
    /// `position` is where it stands.
    static func resolve(_ text: ArraySlice<UInt8>, _ position: inout Int) throws(XMLProblem) -> String {
        var resolved: [UInt8] = []
        resolved.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            guard byte == UInt8(ascii: "&") else {
                resolved.append(byte)
                index += 1
                continue
            }
            guard let length = length(of: text[(index + 1)...]) else {
                resolved.append(byte)
                index += 1
                continue
            }
            let name = text[index + 1..<index + 1 + length]
            guard let scalar = scalar(name) else {
                position = index
                throw .malformed("a reference to nothing known")
            }
            if scalar.isASCII {
                resolved.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                resolved += String(Character(scalar)).utf8
            }
            // The `&` and the `;`.
            index += length + 2
        }
        return String(decoding: resolved, as: UTF8.self)
    }

    /// How many bytes lie between a `&` and its `;`; nil when these do not look like a reference.
    private static func length(of text: ArraySlice<UInt8>) -> Int? {
        var count = 0
        for byte in text.prefix(longest + 1) {
            switch byte {
            case UInt8(ascii: ";"): return count == 0 ? nil : count
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: count += 1
            case UInt8(ascii: "#") where count == 0: count += 1
            default: return nil
            }
        }
        return nil
    }

    private static func scalar(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
        if name.first == UInt8(ascii: "#") { return numbered(name.dropFirst()) }
        return switch String(decoding: name, as: UTF8.self) {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default: nil
        }
    }

    private static func numbered(_ digits: ArraySlice<UInt8>) -> Unicode.Scalar? {
        let isHexadecimal = digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X")
        let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
        guard let number = UInt32(text, radix: isHexadecimal ? 16 : 10), number <= 0x10FFFF else {
            return nil
        }
        return number == 0 ? "\u{FFFD}" : Unicode.Scalar(number) ?? "\u{FFFD}"
    }
}
