internal import Foundation
internal import Testing

/// The arrows of the house: which rooms a room may import.
@Suite struct ImportArrowTests {
    private static let leaves: Set<String> = ["EventModel", "Execution", "Settings", "HTTPTransport"]

    /// What each room imports beyond the standard library; leaves may be used by every room above them.
    private static let arrows: [String: Set<String>] = [
        "EventModel": [],
        "Execution": ["EventModel", "CLinux"],
        "Settings": ["EventModel", "CYAML"],
        "HTTPTransport": ["EventModel", "Execution", "CCurl", "Crypto"],
        "ExpressionLanguage": ["CRE2"],
        "RecordEngine": [
            "ExpressionLanguage", "CISAL", "CZlib", "CZstd", "CLZMA", "CBZip2", "CLZ4", "CArchive",
            "CSimdjson", "CRE2", "CPCRE2",
        ],
        "ObjectStorage": ["CLinux", "CISAL", "Crypto"],
        "DurableLedger": ["GRDB", "GRDBSQLite"],
        "FunctionRuntime": ["RecordEngine", "Crypto"],
        "TriggerRules": ["ExpressionLanguage"],
        "EventProcessing": [
            "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules", "CLinux", "CSpawn",
            "Logging",
            "ServiceLifecycle",
        ],
        "ControlPlane": [
            "EventProcessing", "DurableLedger", "TriggerRules", "ObjectStorage", "CLinux", "Hummingbird",
            "HummingbirdCore", "HTTPTypes", "NIOCore", "Crypto", "CryptoExtras",
            "Logging", "ServiceLifecycle",
        ],
        "Daemon": [
            "ObjectStorage", "DurableLedger", "FunctionRuntime", "TriggerRules", "EventProcessing",
            "ControlPlane",
            "RecordEngine", "CLinux", "Logging", "ServiceLifecycle", "UnixSignals",
        ],
        "sluice": [
            "Daemon", "ControlPlane", "EventProcessing", "DurableLedger", "FunctionRuntime", "RecordEngine",
            "TriggerRules",
            "ObjectStorage", "CLinux", "ArgumentParser", "Logging", "UnixSignals",
        ],
    ]
    private static let platform: Set<String> = [
        "Glibc", "Synchronization", "Foundation", "FoundationEssentials", "Dispatch",
    ]
    /// Pure rooms: no Foundation, no Dispatch.
    private static let pure: Set<String> = ["EventModel", "ExpressionLanguage", "RecordEngine"]

    @Test("every room imports only what the arrows allow")
    func arrows() {
        for file in SourceTree.sources {
            guard let allowed = Self.arrows[file.target] else {
                if !file.target.hasPrefix("C") {
                    Issue.record("\(file.path): no arrows are drawn for this room")
                }
                continue
            }
            let isLeaf = Self.leaves.contains(file.target)
            let everywhere = isLeaf ? Self.platform : Self.platform.union(Self.leaves)
            for module in Self.imports(of: file)
            where !allowed.contains(module) && !everywhere.contains(module) {
                Issue.record("\(file.path) imports \(module), which no arrow allows")
            }
        }
    }

    @Test("pure rooms import neither Foundation nor Dispatch")
    func pureRooms() {
        for file in SourceTree.sources where Self.pure.contains(file.target) {
            let impure = Self.imports(of: file).intersection([
                "Foundation", "FoundationEssentials", "Dispatch",
            ])
            #expect(impure.isEmpty, "\(file.path) imports \(impure.sorted())")
        }
    }

    @Test("every import states its access level")
    func accessLevels() {
        for file in SourceTree.sources + SourceTree.others {
            for (index, line) in file.code.enumerated() where line.hasPrefix("import ") {
                Issue.record("\(file.path):\(index + 1): write internal import or public import")
            }
        }
    }

    private static func imports(of file: SourceTree.File) -> Set<String> {
        Set(
            file.code.compactMap { line -> String? in
                let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
                guard let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count else {
                    return nil
                }
                let isKind = ["struct", "func", "class", "enum", "protocol", "var", "let"].contains(
                    words[index + 1]
                )
                let name = isKind && index + 2 < words.count ? words[index + 2] : words[index + 1]
                return name.split(separator: ".").first.map(String.init)
            }
        )
    }
}
