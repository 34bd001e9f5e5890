internal import EventModel

/// What a member's name may be used for: a label in reports, and a part of an output key (traps K04, Z05).
enum MemberName {
    /// Longest name, as long as the longest key (K05).
    static let maximumBytes = 1024
    /// Longest component, as long as the longest file name (limits.h, NAME_MAX).
    private static let maximumComponentBytes = 255

    /// The name as a path: without `.` components and doubled slashes, which every `tar c .` has.
    ///
    /// A leading slash and `..` stay: this is what labels show.
    static func normalized(_ name: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let parts = name.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
        let joined = [UInt8](parts.joined(separator: [slash]))
        return name.first == slash ? [slash] + joined : joined
    }

    /// The name as a path that can be part of an output key: relative, without `..`, UTF-8.
    ///
    /// Windows' backslashes become slashes and its drive letter goes. What no store takes, NUL bytes and
    /// bytes that are no UTF-8, is written as `%E9`. Of members whose names become the same, the second is
    /// refused.
    static func safePath(_ name: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let backslash = UInt8(ascii: "\\")
        var rest = name[...]
        if rest.count >= 2, isLetter(name[0]), name[1] == UInt8(ascii: ":") { rest = rest.dropFirst(2) }
        let parts = rest.split { $0 == slash || $0 == backslash }
            .filter { !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        return escaped([UInt8](parts.joined(separator: [slash])))
    }

    /// Why a safe path cannot be part of a key after all; nil when it can.
    static func objection(to path: [UInt8]) -> String? {
        if path.isEmpty || path.last == UInt8(ascii: "/") { return "is empty" }
        if path.count > maximumBytes { return "is longer than \(maximumBytes) bytes" }
        let parts = path.split(separator: UInt8(ascii: "/"))
        guard parts.allSatisfy({ $0.count <= maximumComponentBytes }) else {
            return "has a component of more than \(maximumComponentBytes) bytes"
        }
        return nil
    }

    private static func escaped(_ name: [UInt8]) -> [UInt8] {
        if !name.contains(0), String(validating: name, as: UTF8.self) != nil { return name }
        var part: [UInt8] = []
        var rest = name[...]
        while let first = rest.first {
            let length = first == 0 ? nil : (1...4).first { $0 <= rest.count && isScalar(rest.prefix($0)) }
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
