internal import EventModel
internal import Settings
internal import TestSupport
internal import Testing
internal import TriggerRules

/// What the loop check says of patterns must hold for real keys.
@Suite struct LoopPropertyTests {
    @Test("an error means that every output matches again, silence that none does", arguments: 0..<12)
    func verdictsHold(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var verdicts = (certain: 0, silent: 0)
        for _ in 0..<60 {
            let keys = makeKeys(&random)
            let text = "in:" + makeTemplate(&random)
            guard let keys, let output = try? OutputTemplate.parse(text) else { continue }
            let trigger = Trigger(name: "t", bucket: "in", keys: keys, function: "f", output: output)
            let findings = LoopCheck(triggers: [trigger]).findings
            let isCertain = findings.contains { $0.severity == .error }
            if isCertain { verdicts.certain += 1 }
            if findings.isEmpty { verdicts.silent += 1 }
            for _ in 0..<60 {
                let key = ObjectKey(random.path { $0.word(["a", "b", ".log", ".gz", "-1"]) })
                guard keys.refusal(of: key) == nil, let written = try? output.render(source: key) else {
                    continue
                }
                let matches = keys.refusal(of: written) == nil
                let described = "\(keys.globs) \(keys.prefixes) \(keys.suffixes) \(text) \(key) → \(written)"
                if isCertain { #expect(matches, "certain: \(described)") }
                if findings.isEmpty { #expect(!matches, "silent: \(described)") }
            }
        }
        #expect(verdicts.certain > 0)
        #expect(verdicts.silent > 0)
    }

    private func makeKeys(_ random: inout TestRandom) -> KeyPattern? {
        let ignored = IgnoredNames.none
        if random.below(3) == 0 {
            return KeyPattern(
                prefixes: [ObjectKey(random.pick(["", "a", "a/", "b/a"]))],
                suffixes: [ObjectKey(random.pick(["", ".log", ".gz", "a"]))],
                ignored: ignored
            )
        }
        let text = random.pick([
            "**", "**/*.log", "a/**", "*", "*.log", "a*", "*/b*", "**/a/**", "{a,b}/**", "**/*.log.gz",
            "a/*/**/*.gz",
            "*a*", "?*", "[ab]*/**", "a/b.log",
        ])
        return (try? Glob(text)).map { KeyPattern(globs: [$0], ignored: ignored) }
    }

    private func makeTemplate(_ random: inout TestRandom) -> String {
        random.pick(["", "a/", "b/", "a/b/", "x-"])
            + random.pick([
                "{key}", "{dir}/{name}", "{dir}/{stem}", "{name}", "{stem}", "{dir}/{stem}.{ext}",
                "{ext}/{name}",
            ])
            + random.pick(["", ".log", ".gz", "a", ".log.gz"])
    }
}
