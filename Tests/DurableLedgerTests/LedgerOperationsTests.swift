internal import DurableLedger
internal import EventModel
internal import Testing

/// Waiting, failing, operators and after-actions, on every ledger.
@Suite struct LedgerOperationsTests {
    @Test("nothing is leased before its time; the backlog says when", arguments: LedgerKind.allCases)
    func notBefore(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a", at: 2)
            let lease = try await scene.leaseOne()
            #expect(
                try await scene.end(lease, .retry(Sample.failure, at: Sample.time(60)))
                    == .ended(.ready, failuresInARow: 0)
            )
            #expect(try await scene.lease(.retry, at: 59).isEmpty)
            #expect(
                try await ledger.backlog(at: Sample.time(59))
                    == Backlog(nextDue: Sample.time(60), oldestReady: nil)
            )
            #expect(
                try await ledger.backlog(at: Sample.time(60))
                    == Backlog(nextDue: nil, oldestReady: Sample.time(2))
            )
            #expect(try await scene.lease(.retry, at: 60).map(\.delivery.tries) == [1])
        }
    }

    @Test(
        "what is due is leased though more is due of a trigger that may not run",
        arguments: LedgerKind.allCases
    )
    func dueBehindOthers(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let registrations = [ContractScene.trigger, .init(name: "other", bucket: "inbox")]
            let scene = try await ContractScene(ledger, triggers: registrations)
            for index in 0..<600 {
                let key = ObjectKey("k\(index)")
                try await scene.see("v", of: TargetID(trigger: "web", bucket: "inbox", key: key))
            }
            for lease in try await scene.lease(limit: 600) {
                _ = try await scene.end(lease, .retry(Sample.failure, at: Sample.time(60)))
            }
            try await scene.see("v", of: TargetID(trigger: "other", bucket: "inbox", key: "last"))
            let lease = try #require(try await scene.lease(trigger: "other").first)
            _ = try await scene.end(lease, .retry(Sample.failure, at: Sample.time(61)))
            try await ledger.setPaused("web", reason: "wanted", at: Sample.time(62))
            let due = try await scene.lease(.retry, trigger: "other", at: 70)
            #expect(due.map(\.delivery.target.key) == ["last"])
        }
    }

    @Test("oldest first; none of a paused or unconfigured trigger", arguments: LedgerKind.allCases)
    func order(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            for key: ObjectKey in ["c", "a", "b"] {
                try await scene.see("v", of: TargetID(trigger: "web", bucket: "inbox", key: key))
            }
            try await ledger.setPaused("web", reason: "function.failing", at: Sample.time(3))
            #expect(try await scene.lease().isEmpty)
            try await ledger.setPaused("web", reason: nil, at: Sample.time(3))
            _ = try await ledger.registerTriggers([], at: Sample.time(3))
            #expect(try await scene.lease().isEmpty)
            _ = try await ledger.registerTriggers([.init(name: "web", bucket: "other")], at: Sample.time(3))
            #expect(try await scene.lease().isEmpty, "its deliveries are of another bucket")
            _ = try await ledger.registerTriggers([ContractScene.trigger], at: Sample.time(3))
            #expect(try await scene.lease(limit: 2).map(\.delivery.target.key) == ["c", "a"])
            #expect(try await scene.lease(limit: 2).map(\.delivery.target.key) == ["b"])
        }
    }

    @Test(
        "failures in a row are of different objects; a success forgets them",
        arguments: LedgerKind.allCases
    )
    func failures(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            var counts: [Int] = []
            for key: ObjectKey in ["a", "a", "b"] {
                try await scene.see(
                    "v\(counts.count)",
                    of: TargetID(trigger: "web", bucket: "inbox", key: key)
                )
                let lease = try await scene.leaseOne()
                let result = try await scene.end(lease, .dead(Sample.failure, countsAgainstTrigger: true))
                if case .ended(.dead, let count) = result { counts.append(count) }
            }
            #expect(counts == [1, 1, 2])
            try await scene.process(
                "v",
                of: TargetID(trigger: "web", bucket: "inbox", key: "c"),
                outputs: [],
                content: 1
            )
            #expect(try await ledger.triggers().map(\.failuresInARow) == [0])
        }
    }

    @Test("the last 50 attempts are kept", arguments: LedgerKind.allCases)
    func attempts(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            for number in 1...60 {
                let lease = try await scene.leaseOne(number == 1 ? .live : .retry)
                _ = try await scene.end(lease, .retry(Sample.failure, at: Sample.time(3)))
            }
            let history = try #require(try await ledger.history(of: DeliveryID(1)))
            #expect(history.attempts.map(\.token.rawValue) == Array(11...60))
            #expect(history.attempts.allSatisfy { $0.outcome == "retry" && $0.failure == Sample.failure })
            #expect(history.delivery.attempts == 60)
        }
    }

    @Test("an operator cancels, also what is leased, and retries", arguments: LedgerKind.allCases)
    func operators(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            try await scene.see("a")
            let lease = try await scene.leaseOne()
            #expect(
                try await ledger.cancel([lease.delivery.id, DeliveryID(9)], reason: "no", at: Sample.time(4))
                    == [DeliveryID(1)]
            )
            #expect(try await scene.decide(lease, outputs: []) == .fenced(.cancelled))
            #expect(try await ledger.history(of: DeliveryID(1))?.attempts.map(\.outcome) == ["cancelled"])
            #expect(try await ledger.retry([DeliveryID(1)], at: Sample.time(5)) == [DeliveryID(1)])
            #expect(
                try await ledger.cancel([DeliveryID(1)], reason: "no", at: Sample.time(5)) == [DeliveryID(1)]
            )
            try await scene.see("b")
            #expect(
                try await ledger.retry([DeliveryID(1)], at: Sample.time(6)) == [],
                "a newer one has a delivery"
            )
            #expect(try await scene.delivery(DeliveryID(1)).state == .superseded)
        }
    }

    @Test(
        "an after-action waits for every trigger of that version (trap Q08)",
        arguments: LedgerKind.allCases
    )
    func afterAction(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let api = TriggerRegistration(name: "api", bucket: "inbox")
            let scene = try await ContractScene(ledger, triggers: [ContractScene.trigger, api])
            let other = TargetID(trigger: "api", bucket: "inbox", key: Sample.target.key)
            try await scene.see("a", of: other)
            try await scene.process("a", outputs: ["1"], content: 1, wantsAfterAction: true)
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(9)) == [])
            try await scene.process("a", of: other, outputs: ["2"], content: 1, wantsAfterAction: true)
            let due = try await ledger.dueAfterActions(limit: 9, at: Sample.time(9))
            #expect(try await ledger.dueAfterActions(in: "inbox", limit: 9, at: Sample.time(9)) == due)
            #expect(try await ledger.dueAfterActions(in: "clean", limit: 9, at: Sample.time(9)) == [])
            #expect(
                due == [
                    AfterAction(
                        bucket: "inbox",
                        key: Sample.target.key,
                        version: Sample.version("a"),
                        tries: 0
                    )
                ]
            )
            let action = try #require(due.first)
            try await ledger.finishAfterAction(
                action,
                error: Sample.failure,
                retryAt: Sample.time(20),
                at: Sample.time(9)
            )
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(19)) == [])
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(20)).map(\.tries) == [1])
            try await ledger.finishAfterAction(action, error: nil, retryAt: nil, at: Sample.time(21))
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(99)) == [])
        }
    }

    @Test("a version that a trigger has not seen yet is not taken away", arguments: LedgerKind.allCases)
    func afterActionOfUnseen(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let api = TriggerRegistration(name: "api", bucket: "inbox")
            let scene = try await ContractScene(ledger, triggers: [ContractScene.trigger, api])
            let other = TargetID(trigger: "api", bucket: "inbox", key: Sample.target.key)
            try await scene.process("a", of: other, outputs: ["2"], content: 1, wantsAfterAction: true)
            #expect(
                try await ledger.dueAfterActions(limit: 9, at: Sample.time(9)).map(\.version) == [
                    Sample.version("a")
                ]
            )
            try await scene.process("b", outputs: ["1"], content: 2, wantsAfterAction: true)
            #expect(try await ledger.dueAfterActions(limit: 9, at: Sample.time(9)) == [])
        }
    }

    @Test("pruning keeps the latest of each target and what made outputs", arguments: LedgerKind.allCases)
    func prune(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            let maker = try await scene.process("a", outputs: ["1"], content: 1)
            for version in ["b", "c", "d"] { try await scene.see(version) }
            let lease = try await scene.leaseOne()
            _ = try await scene.end(lease, .skip(reason: "gone"))
            #expect(try await ledger.prune(keeping: 100, limit: 100) == 0)
            #expect(try await ledger.prune(keeping: 0, limit: 100) == 2)
            let left = try await ledger.deliveries(DeliveryQuery()).map(\.id)
            #expect(left == [lease.delivery.id, maker.delivery.id])
            #expect(try await scene.count(.superseded) == 0)
        }
    }

    @Test("deliveries are paged by number, whatever the filter", arguments: LedgerKind.allCases)
    func paging(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            let scene = try await ContractScene(ledger)
            for number in 1...25 {
                let target = TargetID(trigger: "web", bucket: "inbox", key: ObjectKey("k\(number % 5)"))
                try await scene.see("v\(number)", of: target)
            }
            for filter in [Set<DeliveryState>(), [.superseded], [.ready], [.dead]] {
                var query = DeliveryQuery()
                query.states = filter
                let all = try await ledger.deliveries(query).map(\.id)
                query.limit = 3
                var paged: [DeliveryID] = []
                while true {
                    let page = try await ledger.deliveries(query).map(\.id)
                    if page.isEmpty { break }
                    paged += page
                    query.before = page.last
                }
                #expect(paged == all)
            }
        }
    }
}
