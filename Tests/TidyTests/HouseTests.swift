internal import Foundation
internal import Testing

/// Rules over the tree as a whole: no dead file, codes used once, tests mirror sources.
@Suite struct HouseTests {
    @Test("no file is dead: something it declares is named elsewhere")
    func noDeadFile() throws {
        let declaration = try Regex(
            #"\b(?:struct|enum|class|actor|protocol|func|typealias|let|var|case)\s+`?(\w+)"#
        )
        let all = SourceTree.sources + SourceTree.others
        var mentions: [String: Set<String>] = [:]
        for file in all {
            for line in file.code {
                for word in line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }) {
                    mentions[String(word), default: []].insert(file.path)
                }
            }
        }
        for file in SourceTree.sources {
            let isEntry = file.code.contains { $0.contains("@main") }
            let conforms = file.code.contains {
                $0.contains("extension ") || $0.contains("@c(") || $0.contains("@_cdecl")
            }
            let names = file.code.flatMap { line in
                line.matches(of: declaration).compactMap { $0.output[1].substring.map(String.init) }
            }
            let used = names.contains { (mentions[$0] ?? []).contains { $0 != file.path } }
            #expect(isEntry || conforms || used, "\(file.path): nothing in it is used elsewhere")
        }
    }

    @Test("an error code is declared once")
    func codesAreUnique() throws {
        let code = try Regex(#"(?:Self|Code)\(\s*"([a-z0-9-]+(?:\.[a-z0-9-]+)+)"\s*,\s*\."#)
        var places: [String: [String]] = [:]
        for file in SourceTree.sources {
            for line in file.lines {
                for match in line.matches(of: code) {
                    if let name = match.output[1].substring {
                        places[String(name), default: []].append(file.path)
                    }
                }
            }
        }
        #expect(places.count > 20)
        for (name, files) in places where files.count > 1 { Issue.record("\(name) is declared in \(files)") }
    }

    @Test("every room with Swift code has a test target")
    func testsMirrorSources() {
        let rooms = Set(SourceTree.sources.map(\.target)).filter { $0 != "sluice" }
        let tested = Set(SourceTree.others.filter { $0.path.hasPrefix("Tests/") }.map(\.target))
        for room in rooms.sorted() { #expect(tested.contains(room + "Tests"), "\(room) has no tests") }
    }

    @Test("no build product is committed, and no placeholder is left")
    func noLeftovers() {
        let files = SourceTree.sources + SourceTree.others
        for file in files { #expect(!file.path.hasSuffix("Placeholder.swift"), "\(file.path)") }
    }
}
