internal import Foundation
internal import Testing

/// Sizes, forbidden constructs and documentation.
@Suite struct ShapeTests {
    @Test("a file has at most 300 lines, a line at most 110 columns")
    func sizes() {
        for file in SourceTree.sources + SourceTree.others {
            #expect(file.lines.count <= 301, "\(file.path) has \(file.lines.count) lines")
            for (index, line) in file.lines.enumerated() where line.count > 110 {
                Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
            }
        }
    }

    @Test("a function has at most 60 lines")
    func functionLength() {
        for file in SourceTree.sources {
            for (start, length) in Self.functions(in: file.code) where length > 60 {
                Issue.record("\(file.path):\(start + 1): this function has \(length) lines")
            }
        }
    }

    @Test("no forced unwrap, forced try, forced cast or fatalError outside tests")
    func noForce() throws {
        let forced = try Regex(#"[A-Za-z0-9_\)\]\?>]!(?!=)"#)
        let words = try Regex(#"\btry!|\bas!|\bfatalError\b|\bnonisolated\(unsafe\) var\b"#)
        for file in SourceTree.sources {
            for (index, line) in file.code.enumerated() where line.contains(forced) || line.contains(words) {
                Issue.record("\(file.path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    @Test("nothing is left to do in the sources")
    func noLeftovers() throws {
        let marks = try Regex(#"\b(TODO|FIXME|XXX|HACK)\b"#)
        for file in SourceTree.sources + SourceTree.others where !file.path.hasPrefix("Tests/TidyTests") {
            for (index, line) in file.lines.enumerated() where line.contains(marks) {
                Issue.record("\(file.path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    @Test("every declaration that is not private is documented")
    func documentation() throws {
        let declaration = try Regex(
            #"^\s*(@\w+(\([^)]*\))?\s+)*((public|package|internal|final|static|indirect|mutating|"#
                + #"consuming|borrowing|nonisolated|"#
                + #"convenience|required|override|lazy|weak|class)(\([a-z]+\))?\s+)*"#
                + #"(func|struct|enum|class|actor|protocol|init|subscript|typealias|associatedtype|"#
                + #"var|let|case|macro)\b"#
        )
        for file in SourceTree.sources where file.target != "sluice" {
            for index in Self.documentable(file.code) {
                let line = file.code[index]
                guard line.contains(declaration), !line.contains("private"), !line.contains(" in ") else {
                    continue
                }
                if !Self.isDocumented(file.lines, at: index) {
                    Issue.record(
                        "\(file.path):\(index + 1): no documentation: \(line.drop { $0 == " " })"
                    )
                }
            }
        }
    }

    /// Lines that stand directly in a type, extension or file, not in a body and not in a private type.
    private static func documentable(_ code: [String]) -> [Int] {
        // For each open brace: whether declarations directly in it are to be documented.
        var kinds: [Bool] = []
        var result: [Int] = []
        var pending = ""
        var depth = 0
        for (index, line) in code.enumerated() {
            if depth == 0, kinds.allSatisfy({ $0 }), pending.isEmpty { result.append(index) }
            for character in line {
                switch character {
                case "{":
                    kinds.append(isTypeHead(pending))
                    pending = ""
                case "}":
                    _ = kinds.popLast()
                    pending = ""
                case "(": depth += 1
                case ")": depth -= 1
                default: break
                }
                if character != "{", character != "}" { pending.append(character) }
            }
            pending = continues(pending) ? pending + " " : ""
        }
        return result
    }

    private static func continues(_ pending: String) -> Bool {
        let words = pending.split { $0 == " " || $0 == "(" }
        let heads: Set<Substring> = [
            "struct", "enum", "class", "actor", "protocol", "extension", "func", "init",
        ]
        return words.contains { heads.contains($0) } && !pending.hasSuffix("}")
    }

    private static func isTypeHead(_ pending: String) -> Bool {
        let words = pending.split { " (:<".contains($0) }
        if words.contains("private") || words.contains("fileprivate") { return false }
        if words.contains("func") || words.contains("init") { return false }
        return words.contains { ["struct", "enum", "class", "actor", "protocol", "extension"].contains($0) }
    }

    private static func isDocumented(_ lines: [String], at index: Int) -> Bool {
        var above = index - 1
        while above >= 0 {
            let line = lines[above].trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("///") { return true }
            guard line.hasPrefix("@") || line.hasPrefix("//") else { return false }
            above -= 1
        }
        return false
    }

    private static func functions(in code: [String]) -> [(start: Int, length: Int)] {
        var result: [(Int, Int)] = []
        for (start, line) in code.enumerated() {
            let words = line.split { " (<".contains($0) }
            guard
                words.contains("func") || words.first == "init" || words.contains("deinit")
                    || words.dropFirst().first == "init"
            else { continue }
            var depth = 0
            var opened = false
            scan: for end in start..<min(code.count, start + 400) {
                for character in code[end] {
                    if character == "{" {
                        depth += 1
                        opened = true
                    }
                    if character == "}" { depth -= 1 }
                    if opened, depth == 0 {
                        result.append((start, end - start + 1))
                        break scan
                    }
                    if !opened, depth < 0 { break scan }
                }
                if !opened, end > start + 12 { break }
            }
        }
        return result
    }
}
