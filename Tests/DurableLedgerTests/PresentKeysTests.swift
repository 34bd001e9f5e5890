internal import DurableLedger
internal import EventModel
internal import Testing

/// The walk over what a bucket's triggers have as present.
@Suite struct PresentKeysTests {
    private static let triggers: [TriggerRegistration] = [
        TriggerRegistration(name: "web", bucket: "inbox"), TriggerRegistration(name: "api", bucket: "inbox"),
        TriggerRegistration(name: "next", bucket: "clean"),
    ]

    private func target(_ trigger: TriggerName, _ bucket: BucketName, _ key: ObjectKey) -> TargetID {
        TargetID(trigger: trigger, bucket: bucket, key: key)
    }

    /// Sees keys that have no rows yet, all in one transaction.
    private func see(_ targets: [TargetID], in ledger: any Ledger) async throws {
        let observations = targets.map { target in
            Sample.observation("a", revision: 0, target: target, action: .skip(reason: "existing"))
        }
        _ = try await ledger.observe(observations, at: Sample.time(2))
    }

    private func walk(
        _ ledger: any Ledger,
        _ bucket: BucketName = "inbox",
        limit: Int
    ) async throws -> [ObjectKey] {
        var keys: [ObjectKey] = []
        while true {
            let page = try await ledger.presentKeys(in: bucket, after: keys.last, limit: limit)
            #expect(page.count <= limit)
            if page.isEmpty { return keys }
            keys += page
        }
    }

    @Test("each present key once, in byte order, whoever saw it", arguments: LedgerKind.allCases)
    func order(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger, triggers: Self.triggers)
            let keys: [ObjectKey] = [
                "b", "a", "a/", "a/x", ObjectKey(bytes: [0x61, 0x00]), ObjectKey(bytes: [0xFF]),
                ObjectKey(bytes: [0xC3, 0xA9]),
            ]
            for key in keys {
                try await scene.see("1", of: target("web", "inbox", key))
                try await scene.see("1", of: target("api", "inbox", key))
            }
            try await scene.see("1", of: target("next", "clean", "c"))
            for limit in [1, 2, 3, 100] {
                #expect(try await walk(ledger, limit: limit) == keys.sorted())
            }
            #expect(try await walk(ledger, "clean", limit: 2) == ["c"])
            #expect(try await walk(ledger, "unknown", limit: 2) == [])
            #expect(try await ledger.presentKeys(in: "inbox", after: "aa", limit: 0) == ["b"])
        }
    }

    @Test("what is gone, or only a removed trigger's, is not present", arguments: LedgerKind.allCases)
    func gone(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger, triggers: Self.triggers)
            for key: ObjectKey in ["a", "b", "c"] {
                try await scene.see("1", of: target("web", "inbox", key))
            }
            try await scene.see("1", of: target("api", "inbox", "b"))
            try await scene.see(nil, of: target("web", "inbox", "a"))
            try await scene.see(nil, of: target("web", "inbox", "b"))
            #expect(try await walk(ledger, limit: 10) == ["b", "c"])
            try await scene.see(nil, of: target("api", "inbox", "b"))
            #expect(try await walk(ledger, limit: 10) == ["c"])
            _ = try await ledger.registerTriggers(Array(Self.triggers.dropFirst()), at: Sample.time(3))
            #expect(try await walk(ledger, limit: 10) == [])
            let moved = TriggerRegistration(name: "web", bucket: "clean")
            _ = try await ledger.registerTriggers([moved], at: Sample.time(3))
            #expect(try await walk(ledger, limit: 10) == [])
            _ = try await ledger.registerTriggers(Self.triggers, at: Sample.time(4))
            #expect(try await walk(ledger, limit: 10) == ["c"])
        }
    }

    @Test("many rows are walked to the end, also past stretches of nothing", arguments: LedgerKind.allCases)
    func many(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            _ = try await ContractScene(ledger, triggers: Self.triggers)
            // In byte order: 1,500 present ones, 2,500 of another bucket, one last; two rows for each.
            let keys = (0..<1_500).map { ObjectKey("k\(10_000 + $0)") }
            let others = (0..<2_500).map { ObjectKey("m\(10_000 + $0)") }
            try await see((keys + ["z"]).map { target("web", "inbox", $0) }, in: ledger)
            try await see(keys.map { target("api", "inbox", $0) }, in: ledger)
            try await see(others.map { target("next", "clean", $0) }, in: ledger)
            #expect(try await walk(ledger, limit: 700) == keys + ["z"])
            #expect(try await walk(ledger, limit: 1_000) == keys + ["z"])
            #expect(try await ledger.presentKeys(in: "inbox", after: nil, limit: 5_000).count == 1_000)
        }
    }
}
