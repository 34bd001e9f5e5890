internal import EventModel

/// What a member's name may be used for: a label in reports, and a part of an output key (traps K04, Z05).
enum MemberName {
    /// Longest name, as long as the longest key (K05).
    static let maximumBytes = 1024
    /// Longest component, as long as the longest file name (limits.h, NAME_MAX).
    private static let maximumComponentBytes = 255

    /// The name as a path: without `.` components and doubled slashes, which every `tar c .` has.
    ///
    /// A leading slash and `..` stay, so that no pattern takes such a name for a harmless one.
    static func normalized(_ name: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let parts = name.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
        let joined = [UInt8](parts.joined(separator: [slash]))
        return name.first == slash ? [slash] + joined : joined
    }

    /// Why a normalised name cannot be part of a key; nil when it can.
    static func objection(to name: [UInt8]) -> String? {
        if name.isEmpty { return "is empty" }
        if name.count > maximumBytes { return "is longer than \(maximumBytes) bytes" }
        if name.first == UInt8(ascii: "/") { return "is absolute" }
        if name.contains(0) { return "contains a NUL byte" }
        if name.contains(UInt8(ascii: "\\")) { return "contains a backslash" }
        if name.count >= 2, name[1] == UInt8(ascii: ":"), isLetter(name[0]) {
            return "begins with a drive letter"
        }
        for part in name.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual("..".utf8) { return "contains '..'" }
            if part.count > maximumComponentBytes {
                return "has a component of more than \(maximumComponentBytes) bytes"
            }
        }
        return nil
    }

    /// The name as part of an output key: bytes that are no UTF-8 are written as `%E9`, because stores take
    /// none.
    static func keyPart(_ name: [UInt8]) -> [UInt8] {
        if String(validating: name, as: UTF8.self) != nil { return name }
        var part: [UInt8] = []
        var rest = name[...]
        while let first = rest.first {
            let length = (1...4).first { $0 <= rest.count && isScalar(rest.prefix($0)) }
            if let length {
                part += rest.prefix(length)
            } else {
                let digits = String(first, radix: 16, uppercase: true)
                part += "%\(digits.count == 1 ? "0" : "")\(digits)".utf8
            }
            rest = rest.dropFirst(length ?? 1)
        }
        return part
    }

    /// The name as text that is safe to show: control characters are
    /// written as `\u{1b}`, what is no UTF-8 as U+FFFD.
    static func label(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name.prefix(4 * maximumBytes), as: UTF8.self).unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let isFormat = scalar.properties.generalCategory == .format
            if isControl || isFormat || scalar == "\u{2028}" || scalar == "\u{2029}" {
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isScalar(_ bytes: ArraySlice<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self)?.unicodeScalars.count == 1
    }
}
