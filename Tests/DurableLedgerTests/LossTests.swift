internal import DurableLedger
internal import EventModel
internal import Testing

/// `committing` has one way out: forward, or back to ready when the store lost what was staged.
@Suite struct LossTests {
    private static let loss = Completion.Loss(Sample.failure)

    @Test("what was lost is made again, though the content is the same", arguments: LedgerKind.allCases)
    func makesAgain(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let first = try await scene.leaseOne()
            let outputs = [ContractScene.output("1"), ContractScene.output("2")]
            _ = try await scene.decide(first, outputs: outputs, wantsAfterAction: true)
            #expect(try await scene.complete(first, outputs: ["1"], loss: Self.loss) == .lost(caused: []))
            #expect(try await scene.complete(first, outputs: ["1", "2"]) == .fenced(.ready))
            let waiting = try await scene.delivery(first.delivery.id)
            #expect((waiting.state, waiting.deliveryClass, waiting.tries) == (.ready, .retry, 0))
            #expect((waiting.failure, waiting.statistics) == (Sample.failure, nil))
            #expect((try await scene.count(.ready), try await scene.count(.committing)) == (1, 0))
            #expect(try await ledger.outputs(of: Sample.target).map(\.key) == ["1"])
            #expect(try await ledger.output(in: "clean", key: "1")?.version == Sample.version("p1"))
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(99)).isEmpty)
            #expect(try await ledger.verify() == [])

            let second = try await scene.leaseOne(.retry)
            #expect(second.token != first.token)
            #expect(try await scene.complete(first, outputs: [], loss: Self.loss) == .fenced(.leased))
            // As after a further failure, when nobody knows any more why it is tried again.
            let decision = try await scene.decide(second, outputs: outputs, wantsAfterAction: true)
            guard case .commit(let commit) = decision else {
                Issue.record("answered \(decision)")
                return
            }
            #expect(commit.publish.map(\.mayReplace) == [true, false])
            #expect(try await scene.complete(second, outputs: ["1", "2"]) == .done(caused: []))
            #expect(try await scene.row()?.done?.generation == 2)
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(99)).count == 1)
            let attempts = try await ledger.history(of: first.delivery.id)?.attempts ?? []
            #expect(attempts.map(\.outcome) == ["released", "done"])
        }
    }

    @Test(
        "a newer version makes it in its place, though its content is the same",
        arguments: LedgerKind.allCases
    )
    func overtaken(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let first = try await scene.leaseOne()
            _ = try await scene.decide(first, outputs: [ContractScene.output("1")])
            try await scene.see("b")
            #expect(try await scene.complete(first, outputs: [], loss: Self.loss) == .lost(caused: []))
            #expect(try await scene.delivery(first.delivery.id).state == .superseded)
            #expect(try await ledger.outputs(of: Sample.target).isEmpty)
            let second = try await scene.leaseOne()
            #expect(second.delivery.version == Sample.version("b"))
            guard case .commit = try await scene.decide(second, outputs: [ContractScene.output("1")]) else {
                Issue.record("taken for one of equal content")
                return
            }
            #expect(try await scene.complete(second, outputs: ["1"]) == .done(caused: []))
            try await scene.see("c")
            let third = try await scene.leaseOne()
            #expect(try await scene.decide(third, outputs: [ContractScene.output("1")]) == .sameContent)
        }
    }

    @Test("the next attempt may make other outputs; those of the first go", arguments: LedgerKind.allCases)
    func makesOthers(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let first = try await scene.leaseOne()
            let outputs = [ContractScene.output("1"), ContractScene.output("2"), ContractScene.output("3")]
            _ = try await scene.decide(first, outputs: outputs)
            #expect(
                try await scene.complete(first, outputs: ["1", "2"], loss: Self.loss) == .lost(caused: [])
            )
            let second = try await scene.leaseOne(.retry)
            let others = [ContractScene.output("2"), ContractScene.output("4")]
            guard case .commit(let commit) = try await scene.decide(second, outputs: others) else {
                Issue.record("not decided")
                return
            }
            #expect(commit.publish.map(\.key) == ["2", "4"])
            #expect(commit.remove.map(\.key) == ["1"])
            #expect(try await scene.complete(second, outputs: ["2", "4"]) == .done(caused: []))
            #expect(try await ledger.outputs(of: Sample.target).map(\.key) == ["2", "4"])
        }
    }

    @Test("of an object that is gone nothing is made again", arguments: LedgerKind.allCases)
    func gone(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            _ = try await scene.decide(lease, outputs: [ContractScene.output("1")])
            try await scene.see(nil)
            #expect(try await scene.complete(lease, outputs: [], loss: Self.loss) == .lost(caused: []))
            let delivery = try await scene.delivery(lease.delivery.id)
            #expect((delivery.state, delivery.reason) == (.skipped, "gone"))
        }
    }

    @Test(
        "it waits as long as it is told, and what was published causes its deliveries",
        arguments: LedgerKind.allCases
    )
    func waits(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let next = TriggerRegistration(name: "next", bucket: "clean")
            let scene = try await ContractScene(ledger, triggers: [ContractScene.trigger, next])
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            _ = try await scene.decide(
                lease,
                outputs: [ContractScene.output("1"), ContractScene.output("2")]
            )
            let target = TargetID(trigger: "next", bucket: "clean", key: "1")
            let caused = Completion.Caused(target: target, object: Sample.info("1", "p1"), delivers: true)
            let result = try await scene.complete(
                lease,
                outputs: ["1"],
                caused: [caused],
                loss: Completion.Loss(Sample.failure, retryAt: Sample.time(20))
            )
            #expect(result == .lost(caused: [DeliveryID(2)]))
            #expect(try await scene.lease(.retry, at: 19).isEmpty)
            #expect(try await ledger.backlog(at: Sample.time(19)).nextDue == Sample.time(20))
            #expect(try await scene.lease(.retry, at: 20).map(\.delivery.id) == [lease.delivery.id])
        }
    }

    @Test("what a lost output was to replace stays the target's", arguments: LedgerKind.allCases)
    func kept(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1"], content: 1)
            try await scene.see("b")
            let lease = try await scene.leaseOne()
            _ = try await scene.decide(lease, outputs: [ContractScene.output("1", content: 2)], content: 2)
            #expect(try await ledger.output(in: "clean", key: "1")?.version == nil)
            #expect(try await scene.complete(lease, outputs: [], loss: Self.loss) == .lost(caused: []))
            #expect(try await ledger.output(in: "clean", key: "1")?.version == Sample.version("p1"))
            #expect(try await ledger.verify() == [])
            #expect(try await ledger.beginBoot(OwnerID(boot: "boot2"), at: Sample.time(6)).committing == [])
            // The next version makes nothing of that name: what lies there is found and removed.
            try await scene.see("c")
            let next = try await scene.leaseOne()
            let decision = try await scene.decide(next, outputs: [ContractScene.output("2")], content: 2)
            guard case .commit(let commit) = decision else {
                Issue.record("answered \(decision)")
                return
            }
            #expect(commit.remove.map(\.version) == [Sample.version("p1")])
        }
    }

    @Test("what it never published does not become the target's by a loss", arguments: LedgerKind.allCases)
    func foreign(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1"], content: 1)
            try await scene.see("b")
            let lease = try await scene.leaseOne()
            let replacing = PlannedOutput(
                bucket: "clean",
                key: "2",
                staged: "staged-2",
                digest: ContentDigest(crc64: 2, sizeBytes: 1),
                mayReplace: true
            )
            _ = try await scene.decide(
                lease,
                outputs: [ContractScene.output("1", content: 2), replacing],
                content: 2
            )
            let there = TargetID(trigger: "web", bucket: "clean", key: "1")
            #expect(try await scene.see("elsewhere", of: there) == .deferred)
            let result = try await scene.complete(lease, outputs: ["1"], version: "p2", loss: Self.loss)
            #expect(result == .lost(caused: []))
            let outputs = try await ledger.outputs(of: Sample.target)
            #expect(outputs.map(\.key) == ["1"])
            #expect(outputs.map(\.version) == [Sample.version("p2")])
            #expect(try await ledger.verify() == [])
        }
    }
}
