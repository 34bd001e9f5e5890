internal import CSimdjson

/// Walks the members of an object or the elements of a list, in JSON text that was validated before.
///
/// Keeps offsets and no pointers, so that the memory may move between two calls.
struct JSONMembers {
    /// A member or an element.
    struct Member {
        /// Where the name stands, between its quotes; nil for an element.
        let name: Range<Int>?
        /// Where the value stands.
        let value: Range<Int>
        /// SLUICE_NULL to SLUICE_COMPOSITE.
        let tag: Int
        /// Whether the value is a string with a backslash.
        let isEscaped: Bool
    }

    /// What comes next.
    enum Step {
        /// A member of the innermost open value.
        case member(Member)
        /// The innermost open value is over.
        case end
    }

    private var at: Int
    private var isObject: [Bool] = []

    /// Begins with the object or list at `offset`.
    init(offset: Int, length: Int) {
        at = offset
        isOpening = true
    }

    private var isOpening: Bool

    /// The next member of the innermost open value, which is not looked into; or its end.
    mutating func next(_ base: UnsafePointer<UInt8>) -> Step {
        if isOpening {
            isOpening = false
            unsafe isObject.append(base[at] == UInt8(ascii: "{"))
            at += 1
        }
        unsafe skipBlanks(base)
        if unsafe base[at] == UInt8(ascii: ",") {
            at += 1
            unsafe skipBlanks(base)
        }
        if unsafe base[at] == UInt8(ascii: "}") || base[at] == UInt8(ascii: "]") {
            at += 1
            isObject.removeLast()
            return .end
        }
        var name: Range<Int>?
        if isObject.last == true {
            let text = unsafe string(base).range
            name = text.lowerBound + 1..<text.upperBound - 1
            unsafe skipBlanks(base)
            at += 1
            unsafe skipBlanks(base)
        }
        return unsafe .member(value(base, name: name))
    }

    /// Looks into the member that was found last: its members come next.
    mutating func enter(_ member: Member) {
        at = member.value.lowerBound
        isOpening = true
    }

    private mutating func value(_ base: UnsafePointer<UInt8>, name: Range<Int>?) -> Member {
        let start = at
        switch unsafe base[at] {
        case UInt8(ascii: "\""):
            let found = unsafe string(base)
            return Member(name: name, value: found.range, tag: SLUICE_STRING, isEscaped: found.isEscaped)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            unsafe skipComposite(base)
            return Member(name: name, value: start..<at, tag: SLUICE_COMPOSITE, isEscaped: false)
        case UInt8(ascii: "t"):
            at += 4
            return Member(name: name, value: start..<at, tag: SLUICE_TRUE, isEscaped: false)
        case UInt8(ascii: "f"):
            at += 5
            return Member(name: name, value: start..<at, tag: SLUICE_FALSE, isEscaped: false)
        case UInt8(ascii: "n"):
            at += 4
            return Member(name: name, value: start..<at, tag: SLUICE_NULL, isEscaped: false)
        default:
            while unsafe Self.isNumberByte(base[at]) { at += 1 }
            return Member(name: name, value: start..<at, tag: SLUICE_NUMBER, isEscaped: false)
        }
    }

    private mutating func string(_ base: UnsafePointer<UInt8>) -> (range: Range<Int>, isEscaped: Bool) {
        let start = at
        var isEscaped = false
        at += 1
        while unsafe base[at] != UInt8(ascii: "\"") {
            if unsafe base[at] == UInt8(ascii: "\\") {
                isEscaped = true
                at += 1
            }
            at += 1
        }
        at += 1
        return (start..<at, isEscaped)
    }

    private mutating func skipComposite(_ base: UnsafePointer<UInt8>) {
        var depth = 0
        repeat {
            switch unsafe base[at] {
            case UInt8(ascii: "\""):
                _ = unsafe string(base)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
        } while depth > 0
    }

    private mutating func skipBlanks(_ base: UnsafePointer<UInt8>) {
        while unsafe base[at] == 0x20 || base[at] == 0x09 || base[at] == 0x0A || base[at] == 0x0D { at += 1 }
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }
}
