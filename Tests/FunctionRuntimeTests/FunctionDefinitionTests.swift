internal import EventModel
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct FunctionDefinitionTests {
    private func decode(_ text: String) -> (definition: FunctionDefinition?, findings: [String]) {
        var diagnostics = Diagnostics()
        guard let node = YAML.parse(Array(text.utf8), &diagnostics) else { return (nil, ["no tree"]) }
        let definition = FunctionDefinition.decode(name: "f", node: node, &diagnostics)
        return (definition, diagnostics.sorted.map { "\($0.code)@\($0.location)" })
    }

    @Test(
        "reports mistakes at their places",
        arguments: [
            ("steps: [ { parse: json } ]\ntimeout: 5", ["config.invalid-value@2:10"]),
            ("steps: [ { parse: json } ]\ntimeout: 0s", ["config.invalid-value@2:10"]),
            ("stps: [ { parse: json } ]", ["config.missing-key@1:1", "config.unknown-key@1:1"]),
            ("command: [cat]\nmemory: 1", ["function.unsupported@1:10"]),
            ("handler: { runtime: python3 }", ["function.unsupported@1:10"]),
            ("[x]", ["config.invalid-value@1:1"]),
            ("copy: {}\nsteps: [ { parse: json } ]", ["config.invalid-value@2:8"]),
            ("copy: { tags: 1, acl: true }", ["config.invalid-value@1:15", "config.unknown-key@1:18"]),
            ("copy: true", ["config.invalid-value@1:7"]),
            ("copy: {}\ntests: []", ["config.unknown-key@2:1"]),
        ]
    )
    func mistakes(text: String, findings: [String]) {
        #expect(decode(text).findings == findings)
    }

    @Test("the fingerprint is SHA-256 of what the function does, not of how it is written")
    func fingerprint() throws {
        func hex(_ text: String) throws -> String {
            let decoded = decode(text)
            return try #require(decoded.definition, "\(decoded.findings)").fingerprint.hex
        }
        let one = try hex("steps: [ { parse: json }, { drop: [a] } ]")
        #expect(one.count == 64 && one.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(try hex("# x\nsteps:\n  - parse: \"json\"\n  - drop: [ \"a\" ]\ntimeout: 5m\n") == one)
        #expect(try hex("steps: [ { parse: json }, { drop: [b] } ]") != one)
        #expect(try hex("steps: [ { drop_if: 'line == \"a\"' }, { parse: json }, { drop: [a] } ]") != one)
    }

    @Test("a function that copies has a fingerprint of its own, and none but its options changes it")
    func copying() throws {
        let plain = try #require(decode("copy: {}\ntimeout: 5m").definition)
        #expect(plain.timeout == .seconds(300) && plain.pipeline == nil && plain.placeholders.isEmpty)
        #expect(try #require(decode("copy: { tags: false }").definition).fingerprint == plain.fingerprint)
        #expect(try #require(decode("copy: { tags: true }").definition).fingerprint != plain.fingerprint)
        #expect(plain.makeFunction(executor: InlineExecutor(), spools: MemorySpoolProvider()) is CopyFunction)
    }

    @Test("a registry finds functions by name")
    func registry() throws {
        let definition = try #require(decode("steps: [ { parse: raw } ]").definition)
        let registry = FunctionRegistry(
            [definition],
            executor: InlineExecutor(),
            spools: MemorySpoolProvider()
        )
        #expect(registry["f"]?.fingerprint == definition.fingerprint)
        #expect(registry["g"] == nil)
        #expect(registry.all.map(\.name) == ["f"])
    }
}
