internal import EventModel
internal import Testing
internal import TriggerRules

@Suite struct TriggerMatcherTests {
    private func event(
        _ key: ObjectKey,
        bucket: BucketName = "in",
        size: UInt64 = 100,
        type: EventType = .createdPut
    )
        -> ObjectEvent
    {
        ObjectEvent(
            bucket: bucket,
            key: key,
            type: type,
            version: ObjectVersion(identity: "v"),
            sizeBytes: size,
            time: Timestamp(nanoseconds: 1_790_812_800_000_000_000)
        )
    }

    private func trigger(_ name: TriggerName, _ keys: KeyPattern, when: String? = nil) throws -> Trigger {
        Trigger(
            name: name,
            bucket: "in",
            keys: keys,
            condition: try when.map { try EventCondition.compile($0).get() },
            function: "f",
            output: try OutputTemplate.parse("out:{key}")
        )
    }

    @Test("an event goes to every trigger that takes it, in the order of the configuration")
    func matching() throws {
        let matcher = TriggerMatcher(triggers: [
            try trigger("logs", KeyPattern(globs: [try Glob("**/*.log")])), try trigger("all", KeyPattern()),
            try trigger("zips", KeyPattern(suffixes: [".zip"])),
        ])
        #expect(matcher.matching(event("a/b.log")).map(\.name) == ["logs", "all"])
        #expect(matcher.matching(event("b.zip")).map(\.name) == ["all", "zips"])
        #expect(matcher.matching(event("b.zip", bucket: "other")).isEmpty)
        #expect(matcher.matching(event("b.zip", type: .removedDelete)).isEmpty)
    }

    @Test("the verdict names the first condition that fails")
    func verdicts() throws {
        let matcher = TriggerMatcher(triggers: [
            try trigger("logs", KeyPattern(globs: [try Glob("*.log")]), when: "object.size < 50")
        ])
        func refusal(_ event: ObjectEvent) -> String? { matcher.verdicts(for: event)[0].refusal }
        #expect(refusal(event("a.log", bucket: "x")) == "it watches bucket 'in'")
        #expect(
            refusal(event("a.log", type: .removedDelete))
                == "event ObjectRemoved:Delete is not among ObjectCreated:*"
        )
        #expect(refusal(event("a.txt")) == "the key does not match '*.log'")
        #expect(refusal(event("a.log")) == "the condition 'object.size < 50' is false")
        #expect(refusal(event("a.log", size: 49)) == nil)
    }

    @Test(
        "conditions over the event",
        arguments: [
            ("object.size == 100", true), ("object.key == 'web/x/a.2026.log.gz'", true),
            ("object.name.startsWith('a')", true),
            ("object.dir == 'web/x'", true), ("object.ext == 'log.gz'", true),
            ("object.stem == 'a.2026'", true),
            ("object.bucket == 'in'", true), ("event.type == 'ObjectCreated:Put'", true),
            ("event.time > '2026-09-30' && event.time < '2026-10-02'", true),
            ("object.key.matches('^web/.*gz$')", true),
            ("object.size > 1 << 3", nil), ("object.size", nil), ("object.size + 1", nil),
            ("object.name", nil),
            ("object.size / 0 == 1", false), ("object.size > 100", false), ("object.key", nil),
            ("true", true), ("null", nil),
        ] as [(String, Bool?)]
    )
    func conditions(source: String, expected: Bool?) throws {
        let compiled = EventCondition.compile(source)
        guard let expected else {
            #expect(throws: (any Error).self) { try compiled.get() }
            return
        }
        let refusal = try compiled.get().refusal(of: event("web/x/a.2026.log.gz"))
        #expect((refusal == nil) == expected, "\(refusal ?? "taken")")
    }

    @Test("a condition that cannot be evaluated says why")
    func faults() throws {
        let condition = try EventCondition.compile("object.size / 0\n == 1").get()
        #expect(
            condition.refusal(of: event("a"))
                == "the condition 'object.size / 0 == 1' cannot be evaluated: division by zero"
        )
    }

    @Test("a key that is not UTF-8 reaches the condition (trap W17)")
    func bytes() throws {
        let condition = try EventCondition.compile("object.name.endsWith('.log') && object.dir != ''").get()
        #expect(
            condition.refusal(of: event(ObjectKey(bytes: [0xFF, 0x2F, 0xFE] + Array(".log".utf8)))) == nil
        )
    }
}
