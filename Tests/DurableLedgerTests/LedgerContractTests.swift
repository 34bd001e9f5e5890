internal import DurableLedger
internal import EventModel
internal import Testing

/// What every ledger promises, told as stories; `ModelAgreementTests` covers the rest at random.
@Suite struct LedgerContractTests {
    @Test(
        "A, B, A are three versions; a newer one supersedes the one that waits",
        arguments: LedgerKind.allCases
    )
    func superseding(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            #expect(try await scene.see("a") == .recorded(DeliveryID(1)))
            #expect(try await scene.see("a") == .unchanged)
            #expect(try await scene.see("b") == .recorded(DeliveryID(2)))
            #expect(try await scene.see("a") == .recorded(DeliveryID(3)))
            #expect(try await scene.count(.superseded) == 2)
            #expect(try await scene.lease().map(\.delivery.id) == [DeliveryID(3)])
        }
    }

    @Test("an observation of a row that has moved records nothing", arguments: LedgerKind.allCases)
    func compareAndSet(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let stale = Sample.observation("b", revision: 0)
            let results = try await ledger.observe([stale], at: Sample.time(3))
            guard case .moved(let row)? = results.first else {
                Issue.record("answered \(results)")
                return
            }
            #expect((row.revision, row.seen, row.latestState) == (1, Sample.version("a"), .ready))
            #expect(try await scene.row()?.seen == Sample.version("a"))
        }
    }

    @Test("a zombie's token changes nothing (traps Q01, Q02)", arguments: LedgerKind.allCases)
    func fencing(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let zombie = try await scene.leaseOne()
            let report = try await ledger.beginBoot(OwnerID(boot: "boot2"), at: Sample.time(3))
            #expect((report.previousWasClean, report.endedLeases) == (false, 1))
            #expect(try await scene.decide(zombie, outputs: []) == .fenced(.ready))
            #expect(try await scene.end(zombie, .release(nil, at: nil)) == .fenced(.ready))
            #expect(try await scene.lease().isEmpty, "a suspect is leased only where it is asked for")
            let suspects = try await scene.lease(suspects: true)
            #expect(suspects.map(\.delivery.id) == [DeliveryID(1)])
            #expect(suspects.first?.token != zombie.token)
            #expect(try await scene.decide(zombie, outputs: []) == .fenced(.leased))
            #expect(try await scene.complete(zombie, outputs: []) == .fenced(.leased))
            let attempts = try await ledger.history(of: DeliveryID(1))?.attempts ?? []
            #expect(attempts.map(\.outcome) == ["lost", nil])
            #expect(attempts.first?.ended == nil)
        }
    }

    @Test("a clean end makes no suspects and consumes no try (trap Q16)", arguments: LedgerKind.allCases)
    func cleanEnd(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            _ = try await scene.leaseOne()
            try await ledger.endBoot(scene.owner, at: Sample.time(4))
            let report = try await ledger.beginBoot(OwnerID(boot: "boot2"), at: Sample.time(5))
            #expect((report.previousWasClean, report.endedLeases) == (true, 1))
            let lease = try await scene.leaseOne(at: 6)
            #expect(
                (lease.delivery.tries, lease.delivery.attempts, lease.delivery.isSuspect) == (0, 2, false)
            )
        }
    }

    @Test(
        "a decided commit is found again after a crash, with what to publish and to remove",
        arguments: LedgerKind.allCases
    )
    func rollForward(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1", "2"], content: 1)
            try await scene.see("b")
            let lease = try await scene.leaseOne()
            #expect(lease.done?.generation == 1)
            let outputs = [ContractScene.output("2", content: 2), ContractScene.output("3", content: 2)]
            guard case .commit(let commit) = try await scene.decide(lease, outputs: outputs, content: 2)
            else {
                Issue.record("not decided")
                return
            }
            #expect(commit.publish.map(\.key) == ["2", "3"])
            #expect(
                commit.publish.map(\.mayReplace) == [true, false],
                "its own earlier output may be replaced"
            )
            #expect(commit.remove.map(\.key) == ["1"])
            let report = try await ledger.beginBoot(OwnerID(boot: "boot2"), at: Sample.time(6))
            #expect(report.committing == [commit])
            #expect(
                try await scene.see("x", of: TargetID(trigger: "web", bucket: "clean", key: "3")) == .deferred
            )
            #expect(try await scene.complete(lease, outputs: ["2", "3"]) == .done(caused: []))
            #expect(
                try await scene.complete(lease, outputs: ["2", "3"]) == .fenced(.done),
                "repeating is harmless"
            )
            #expect(try await ledger.outputs(of: Sample.target).map(\.key) == ["2", "3"])
            #expect(try await ledger.output(in: "clean", key: "1") == nil)
            #expect(try await scene.row()?.done?.generation == 2)
        }
    }

    @Test("two targets never share an output key; both are named", arguments: LedgerKind.allCases)
    func collision(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["same"], content: 1)
            let other = TargetID(trigger: "web", bucket: "inbox", key: "b.log")
            try await scene.see("a", of: other)
            let lease = try await scene.leaseOne()
            let outputs = [ContractScene.output("fine"), ContractScene.output("same")]
            guard case .collision(let row) = try await scene.decide(lease, outputs: outputs) else {
                Issue.record("decided")
                return
            }
            #expect((row.owner, row.key) == (Sample.target, "same"))
            #expect(try await ledger.output(in: "clean", key: "fine") == nil, "nothing changed")
            let ended = try await scene.end(lease, .dead(Sample.failure, countsAgainstTrigger: false))
            #expect(ended == .ended(.dead, failuresInARow: 0))
        }
    }

    @Test("equal content needs nothing, unless it is wanted again", arguments: LedgerKind.allCases)
    func sameContent(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.process("a", outputs: ["1"], content: 1)
            try await scene.see("b")
            let lease = try await scene.leaseOne()
            #expect(try await scene.decide(lease, outputs: [ContractScene.output("1")]) == .sameContent)
            #expect(try await scene.delivery(lease.delivery.id).reason == "same-content")
            #expect(try await scene.row()?.done?.version == Sample.version("b"))
            try await scene.see("c")
            let again = try await scene.leaseOne()
            let decision = try await scene.decide(
                again,
                outputs: [ContractScene.output("1")],
                skipsSameContent: false
            )
            guard case .commit = decision else {
                Issue.record("answered \(decision)")
                return
            }
        }
    }

    @Test("what an output causes is ready in the same commit, one hop on", arguments: LedgerKind.allCases)
    func chaining(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let next = TriggerRegistration(name: "next", bucket: "clean")
            let scene = try await ContractScene(ledger, triggers: [ContractScene.trigger, next])
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            _ = try await scene.decide(
                lease,
                outputs: [ContractScene.output("1"), ContractScene.output("2")]
            )
            let targets = ["1", "2"].map { TargetID(trigger: "next", bucket: "clean", key: $0) }
            let caused = [
                Completion.Caused(target: targets[0], object: Sample.info("1", "p1"), delivers: true),
                Completion.Caused(
                    target: targets[1],
                    object: Sample.info("2", "p1"),
                    delivers: false,
                    reason: "hop-limit"
                ),
            ]
            #expect(
                try await scene.complete(lease, outputs: ["1", "2"], caused: caused)
                    == .done(caused: [DeliveryID(2)])
            )
            let second = try await scene.delivery(DeliveryID(2))
            #expect((second.hop, second.cause, second.state) == (1, DeliveryID(1), .ready))
            #expect(try await scene.row(targets[1])?.skippedReason == "hop-limit")
            let seen = Sample.observation("p1", revision: 1, target: targets[0])
            #expect(
                try await ledger.observe([seen], at: Sample.time(9)) == [.unchanged],
                "the watcher finds nothing new"
            )
        }
    }

    @Test("a newer version seen during an attempt follows it", arguments: LedgerKind.allCases)
    func newerVersion(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let first = try await scene.leaseOne()
            #expect(try await scene.see("b") == .recorded(DeliveryID(2)))
            #expect(try await scene.lease().isEmpty, "never two open attempts of one target")
            #expect(try await ledger.backlog(at: Sample.time(3)).oldestReady == nil)
            _ = try await scene.decide(first, outputs: [ContractScene.output("1")])
            #expect(try await scene.complete(first, outputs: ["1"]) == .done(caused: []))
            let second = try await scene.leaseOne()
            #expect(second.delivery.id == DeliveryID(2))
            try await scene.see("c")
            #expect(
                try await scene.end(second, .retry(Sample.failure, at: Sample.time(9)))
                    == .ended(.superseded, failuresInARow: 0)
            )
        }
    }

    @Test("a version read before it was seen is not delivered again", arguments: LedgerKind.allCases)
    func readAhead(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            _ = try await scene.decide(lease, outputs: [], version: Sample.version("b"))
            #expect(try await scene.see("b") == .unchanged)
            _ = try await scene.complete(lease, outputs: [])
            #expect(try await scene.see("c") == .recorded(DeliveryID(2)))
        }
    }
}
