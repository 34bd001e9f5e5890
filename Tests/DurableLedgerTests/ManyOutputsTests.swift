internal import DurableLedger
internal import EventModel
internal import Testing

/// Deliveries with thousands of outputs, and what is kept of archives.
@Suite struct ManyOutputsTests {
    @Test("all outputs of a target are told, by key, however many", arguments: LedgerKind.allCases)
    func thousands(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            let keys = (0..<1_700).map { ObjectKey("m/\($0 * 7919 % 1_700)") }
            let first = try await scene.process("v1", outputs: keys, content: 1)
            #expect(try await ledger.outputs(of: Sample.target).map(\.key) == keys.sorted())
            let other = TargetID(trigger: "web", bucket: "inbox", key: "other")
            try await scene.process("v1", of: other, outputs: ["x"], content: 1)
            // Fewer in the next generation: the first has none any more.
            let second = try await scene.process("v2", outputs: Array(keys.prefix(600)), content: 2)
            #expect(try await ledger.outputs(of: Sample.target).count == 600)
            #expect(try await ledger.history(of: first.delivery.id)?.outputs.isEmpty == true)
            let made = try await ledger.history(of: second.delivery.id)?.outputs
            #expect(made?.map(\.key) == keys.prefix(600).sorted())
            #expect(try await ledger.outputs(of: other).map(\.key) == ["x"])
        }
    }

    @Test("members, outputs and notes are kept with the statistics", arguments: LedgerKind.allCases)
    func statistics(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("v1")
            let lease = try await scene.leaseOne()
            var statistics = DeliveryStatistics()
            statistics.outputs = 3
            statistics.notes = ["auto: combined"]
            statistics.warnings = ["w"]
            var members = MemberTally()
            members.seen = 9
            members.written = 2
            members.rejected = 2
            members.skipped = ["directory": 4, "link": 1]
            members.rejectedNames = [.init(name: "a.gz", code: "codec.truncated", reason: "It is cut off.")]
            #expect(members.isBalanced)
            statistics.members = members
            _ = try await ledger.decide(
                CommitDecision(
                    delivery: lease.delivery.id,
                    token: lease.token,
                    version: lease.delivery.version,
                    digest: ContentDigest(crc64: 1, sizeBytes: 1),
                    fingerprint: Fingerprint(hex: "f1"),
                    outputs: [],
                    statistics: statistics,
                    skipsSameContent: true,
                    wantsAfterAction: false,
                    now: Sample.time(4)
                )
            )
            _ = try await scene.complete(lease, outputs: [])
            let kept = try await ledger.deliveries(DeliveryQuery()).first?.statistics
            #expect(kept == statistics)
        }
    }
}
