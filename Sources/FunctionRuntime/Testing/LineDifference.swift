/// Two texts line by line: as `diff -u` shows them.
///
/// Lines are compared as text. In lines that begin with `{` or `[`, blanks outside of strings do not matter,
/// so that expected JSON may be written for people; the order of members, numbers and escapes do, because
/// they are kept as they were.
public struct LineDifference: Sendable, Hashable {
    /// One line of the difference.
    public enum Line: Sendable, Hashable {
        /// In both.
        case same(String)
        /// Expected, and not there.
        case expected(String)
        /// There, and not expected.
        case actual(String)
        /// So many lines that are in both are left out.
        case skipped(Int)
    }

    /// Lines that are shown before and behind a difference.
    private static let context = 2

    /// Only the differing lines and those around them; none where the texts agree.
    public let lines: [Line]

    /// Whether the texts agree.
    public var isEmpty: Bool { lines.isEmpty }

    /// Compares two texts; a line feed at the end makes no further line.
    public init(expected: [UInt8], actual: [UInt8]) {
        let (wanted, got) = (Self.lines(expected), Self.lines(actual))
        let (wantedForms, gotForms) = (wanted.map(Self.form), got.map(Self.form))
        guard wantedForms != gotForms else {
            lines = []
            return
        }
        let changes = gotForms.difference(from: wantedForms)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var all: [Line] = []
        var (left, right) = (0, 0)
        while left < wanted.count || right < got.count {
            if left < wanted.count, removed.contains(left) {
                all.append(.expected(wanted[left]))
                left += 1
            } else if right < got.count, inserted.contains(right) {
                all.append(.actual(got[right]))
                right += 1
            } else {
                all.append(.same(got[right]))
                left += 1
                right += 1
            }
        }
        lines = Self.shortened(all)
    }

    private static func lines(_ text: [UInt8]) -> [String] {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A line without what does not matter.
    private static func form(_ line: String) -> [UInt8] {
        let bytes = Array(line.utf8)
        guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[") else { return bytes }
        var form: [UInt8] = []
        var isString = false
        var isEscaped = false
        for byte in bytes {
            if !isString, byte == 0x20 || byte == 0x09 || byte == 0x0D { continue }
            form.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = isString
            } else if byte == UInt8(ascii: "\"") {
                isString.toggle()
            }
        }
        return form
    }

    /// Leaves out what is the same and far from any difference.
    private static func shortened(_ lines: [Line]) -> [Line] {
        var isNear = [Bool](repeating: false, count: lines.count)
        for (index, line) in lines.enumerated() {
            if case .same = line { continue }
            for near in max(0, index - context)...min(lines.count - 1, index + context) {
                isNear[near] = true
            }
        }
        var result: [Line] = []
        var skipped = 0
        for (index, line) in lines.enumerated() {
            if isNear[index] {
                if skipped > 0 { result.append(.skipped(skipped)) }
                skipped = 0
                result.append(line)
            } else {
                skipped += 1
            }
        }
        if skipped > 0 { result.append(.skipped(skipped)) }
        return result
    }
}
