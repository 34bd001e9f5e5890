internal import CRE2

/// A pattern of RE2 with what stands in the place of its matches; threads may share it.
@safe public struct TextReplacement: Sendable {
    /// Why a pattern or a replacement is refused.
    public struct Refusal: Error {
        /// Whether the pattern is meant, and not the replacement.
        public let isInPattern: Bool
        /// What is wrong, without a full stop.
        public let reason: String
    }

    /// A part of the replacement.
    private enum Part: Sendable {
        /// Bytes as they stand.
        case literal([UInt8])
        /// What a group matched; 0 is the whole match.
        case group(Int)
    }

    private let expression: RegularExpression
    private let parts: [Part]
    private let groups: Int
    private let isFirstOnly: Bool

    /// Compiles a pattern and a replacement, in which `\\0` to `\\9` are groups and `\\\\` is a backslash.
    public static func compile(
        pattern: String,
        with replacement: String,
        firstOnly: Bool
    ) -> Result<TextReplacement, Refusal> {
        let expression: RegularExpression
        do throws(RegularExpression.Refusal) {
            expression = try RegularExpression(Array(pattern.utf8))
        } catch {
            return .failure(Refusal(isInPattern: true, reason: error.reason))
        }
        var parts: [Part] = []
        var literal: [UInt8] = []
        var bytes = Array(replacement.utf8)[...]
        var most = 0
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                literal.append(byte)
                continue
            }
            switch bytes.popFirst() {
            case UInt8(ascii: "\\"): literal.append(byte)
            case .some(let digit) where digit &- UInt8(ascii: "0") < 10:
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = []
                let group = Int(digit - UInt8(ascii: "0"))
                most = max(most, group)
                parts.append(.group(group))
            default:
                let reason = "a backslash stands before a digit or another backslash"
                return .failure(Refusal(isInPattern: false, reason: reason))
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        let known = unsafe sluice_re2_group_count(expression.handle)
        if most > known {
            let reason = "\\\(most) names a group, and the pattern has \(known)"
            return .failure(Refusal(isInPattern: false, reason: reason))
        }
        return .success(
            TextReplacement(expression: expression, parts: parts, groups: most, isFirstOnly: firstOnly)
        )
    }

    /// Hands the new text to `append`, piece by piece; false, without a call, where nothing matches.
    ///
    /// An empty match moves on by one code point, so every text ends.
    public func apply(
        to text: UnsafeRawBufferPointer,
        _ append: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        var copied = 0
        var from = 0
        var isFound = false
        unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 20) { spans in
            guard let place = spans.baseAddress else { return }
            while from <= text.count,
                unsafe sluice_re2_find(expression.handle, start, text.count, from, groups, place)
            {
                let (lower, upper) = unsafe (spans[0], spans[1])
                isFound = true
                unsafe append(UnsafeRawBufferPointer(rebasing: text[copied..<lower]))
                unsafe expand(spans, of: text, append)
                copied = upper
                from = upper
                if upper == lower {
                    from += 1
                    while from < text.count, unsafe text[from] & 0xC0 == 0x80 { from += 1 }
                }
                if isFirstOnly { break }
            }
        }
        if isFound { unsafe append(UnsafeRawBufferPointer(rebasing: text[copied...])) }
        return isFound
    }

    /// Appends the replacement of one match.
    private func expand(
        _ spans: UnsafeMutableBufferPointer<Int>,
        of text: UnsafeRawBufferPointer,
        _ append: (UnsafeRawBufferPointer) -> Void
    ) {
        for part in parts {
            switch part {
            case .literal(let bytes):
                unsafe bytes.withUnsafeBytes { unsafe append($0) }
            case .group(let group):
                let (lower, upper) = unsafe (spans[2 * group], spans[2 * group + 1])
                // SIZE_MAX is -1 here: the group did not take part.
                if lower >= 0 { unsafe append(UnsafeRawBufferPointer(rebasing: text[lower..<upper])) }
            }
        }
    }
}
