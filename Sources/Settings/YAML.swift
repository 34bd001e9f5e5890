internal import EventModel

/// Reads one YAML document into a located tree, strictly: no aliases, no tags, nothing twice (trap S34).
public enum YAML {
    /// Larger files are refused.
    public static let maximumByteCount = 1 << 20
    /// Lists and mappings within each other; deeper ones are refused.
    public static let maximumDepth = 100
    /// Values, lists and mappings altogether; more are refused.
    public static let maximumNodeCount = 100_000

    /// Reads a document; reports what is wrong and returns the tree as far as it can be judged further, or
    /// nil.
    public static func parse(_ bytes: [UInt8], _ diagnostics: inout Diagnostics) -> ConfigNode? {
        if let finding = refusal(of: bytes) {
            diagnostics.add(finding)
            return nil
        }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        var builder = YAMLTreeBuilder()
        let problem = YAMLEvents.forEach(in: text) { event in builder.take(event, &diagnostics) }
        if let problem {
            diagnostics.add(problem.diagnostic(in: text))
            return nil
        }
        if builder.isAbandoned { return nil }
        guard let root = builder.root, !root.isNull else {
            diagnostics.add(
                Diagnostic(
                    .error,
                    .configSyntax,
                    "The configuration is empty.",
                    hint: "'sluice init' writes one to start from.",
                    at: .start,
                    path: ""
                )
            )
            return nil
        }
        return root
    }

    /// What libyaml would refuse without telling the line: size, bytes that are no UTF-8, control characters.
    private static func refusal(of bytes: [UInt8]) -> Diagnostic? {
        func finding(_ message: String, hint: String?, at location: SourceLocation = .start) -> Diagnostic {
            Diagnostic(.error, .configSyntax, message, hint: hint, at: location, path: "")
        }
        if bytes.count > maximumByteCount {
            return finding("The configuration is larger than 1 MiB.", hint: "Is this the right file?")
        }
        if String(validating: bytes, as: UTF8.self) == nil {
            let valid = validPrefixCount(bytes)
            return finding(
                "This is not UTF-8: byte 0x\(String(bytes[valid], radix: 16)) does not belong here.",
                hint: "Save the file as UTF-8.",
                at: location(of: valid, in: bytes)
            )
        }
        // YAML 1.1, section 5.1: of the C0 controls only tab, line feed and carriage return; no DEL.
        let control = bytes.firstIndex { ($0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D) || $0 == 0x7F }
        return control.map { index in
            finding(
                "The control character 0x\(String(bytes[index], radix: 16)) is not allowed.",
                hint: "In double quotes, \\xNN stands for any character.",
                at: location(of: index, in: bytes)
            )
        }
    }

    /// How many leading bytes are whole UTF-8 characters; the bytes are known not to be UTF-8 altogether.
    private static func validPrefixCount(_ bytes: [UInt8]) -> Int {
        var low = 0
        while low < bytes.count {
            let length =
                switch bytes[low] {
                case ..<0x80: 1
                case 0xC2..<0xE0: 2
                case 0xE0..<0xF0: 3
                case 0xF0..<0xF5: 4
                default: 0
                }
            let character = bytes[low..<min(low + length, bytes.count)]
            guard length > 0, character.count == length, String(validating: character, as: UTF8.self) != nil
            else { break }
            low += length
        }
        return min(low, bytes.count - 1)
    }

    /// Line and column of a byte; everything before it is UTF-8, so continuation bytes are not columns.
    private static func location(of index: Int, in bytes: [UInt8]) -> SourceLocation {
        let before = bytes[..<index]
        let line = before.count { $0 == 0x0A }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        return SourceLocation(line: line + 1, column: column + 1)
    }
}
