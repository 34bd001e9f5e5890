internal import Foundation

/// The repository as the tidy rules see it: its Swift files, read once.
enum SourceTree {
    /// One Swift file.
    struct File: Sendable {
        /// Below the repository's root: `Sources/EventModel/Name.swift`.
        let path: String
        /// Its lines as written.
        let lines: [String]
        /// Its lines with comments and the content of string literals blanked out, so that braces and words
        /// in them do not count.
        let code: [String]

        /// The target it belongs to: the second component of its path.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    }

    /// The repository's root, found from this file's place in it.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All Swift files below `Sources/`.
    static let sources = files(below: "Sources")
    /// All Swift files below `Tests/` and `Benchmarks/`.
    static let others = files(below: "Tests") + files(below: "Benchmarks")

    private static func files(below folder: String) -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        let names = walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
        return names.map { name in
            let text = (try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return File(path: "\(folder)/\(name)", lines: lines, code: CodeOnly.strip(lines))
        }
    }
}

/// Blanks out comments and the content of string literals.
enum CodeOnly {
    /// One line of code for each line of source, in which only code is left.
    static func strip(_ lines: [String]) -> [String] {
        var scanner = Scanner()
        return lines.map { scanner.strip($0) }
    }

    private struct Scanner {
        private var commentDepth = 0
        private var multilineHashes: Int?

        mutating func strip(_ line: String) -> String {
            var rest = Substring(line)
            var code = ""
            while !rest.isEmpty {
                if commentDepth > 0 {
                    skipComment(&rest)
                } else if let hashes = multilineHashes {
                    let end = "\"\"\"" + String(repeating: "#", count: hashes)
                    guard let range = rest.range(of: end) else { return code }
                    rest = rest[range.upperBound...]
                    multilineHashes = nil
                } else if rest.hasPrefix("//") {
                    return code
                } else if rest.hasPrefix("/*") {
                    commentDepth = 1
                    rest = rest.dropFirst(2)
                } else if let opening = Self.opening(of: rest) {
                    rest = rest.dropFirst(opening.length)
                    code += "\"\""
                    if opening.isMultiline {
                        multilineHashes = opening.hashes
                    } else {
                        Self.skipString(&rest, hashes: opening.hashes)
                    }
                } else {
                    code.append(rest.removeFirst())
                }
            }
            return code
        }

        private mutating func skipComment(_ rest: inout Substring) {
            if rest.hasPrefix("*/") {
                commentDepth -= 1
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("/*") {
                commentDepth += 1
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
            }
        }

        private static func opening(of rest: Substring) -> (length: Int, hashes: Int, isMultiline: Bool)? {
            let hashes = rest.prefix { $0 == "#" }.count
            let quote = rest.dropFirst(hashes)
            if quote.hasPrefix("\"\"\"") { return (hashes + 3, hashes, true) }
            if quote.hasPrefix("\"") { return (hashes + 1, hashes, false) }
            return nil
        }

        /// Skips to the closing quote; interpolations inside are skipped with their parentheses balanced.
        private static func skipString(_ rest: inout Substring, hashes: Int) {
            let escape = "\\" + String(repeating: "#", count: hashes)
            let end = "\"" + String(repeating: "#", count: hashes)
            while !rest.isEmpty {
                if rest.hasPrefix(escape + "(") {
                    rest = rest.dropFirst(escape.count + 1)
                    skipInterpolation(&rest)
                } else if rest.hasPrefix(escape) {
                    rest = rest.dropFirst(escape.count + 1)
                } else if rest.hasPrefix(end) {
                    rest = rest.dropFirst(end.count)
                    return
                } else {
                    rest = rest.dropFirst()
                }
            }
        }

        private static func skipInterpolation(_ rest: inout Substring) {
            var depth = 1
            while !rest.isEmpty, depth > 0 {
                if let opening = opening(of: rest), !opening.isMultiline {
                    rest = rest.dropFirst(opening.length)
                    skipString(&rest, hashes: opening.hashes)
                    continue
                }
                switch rest.removeFirst() {
                case "(": depth += 1
                case ")": depth -= 1
                default: break
                }
            }
        }
    }
}
