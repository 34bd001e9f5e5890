internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Testing
internal import TriggerRules

/// Who is served next, and how failures are classified: pure decisions.
@Suite struct DispatchPlanTests {
    private func offer(
        _ trigger: TriggerName,
        _ ready: [DeliveryClass: Int],
        room: Int = 1000
    ) -> DispatchPlan.Offer {
        DispatchPlan.Offer(trigger: trigger, ready: ready, room: room)
    }

    private func counts(_ picks: [LeaseRequest.Pick]) -> [DeliveryClass: Int] {
        picks.reduce(into: [:]) { $0[$1.deliveryClass, default: 0] += $1.limit }
    }

    @Test("classes share places 8 : 4 : 2 : 1, one by one as well as at once", arguments: [1, 15, 150])
    func weights(batch: Int) {
        var plan = DispatchPlan()
        var total: [DeliveryClass: Int] = [:]
        for _ in 0..<(150 / batch) {
            let picks = plan.picks(
                free: batch,
                offers: [offer("t", [.live: 1000, .catchUp: 1000, .retry: 1000, .job: 1000])]
            )
            total.merge(counts(picks), uniquingKeysWith: +)
        }
        #expect(total == [.live: 80, .catchUp: 40, .retry: 20, .job: 10])
    }

    @Test("a class with nothing ready leaves its places to the others")
    func idleClasses() {
        var plan = DispatchPlan()
        #expect(counts(plan.picks(free: 10, offers: [offer("t", [.job: 100])])) == [.job: 10])
        #expect(
            counts(plan.picks(free: 10, offers: [offer("t", [.live: 3, .job: 100])])) == [.live: 3, .job: 7]
        )
    }

    @Test("a flood of one trigger delays another's delivery by one place at most (trap Q10)")
    func fairness() {
        var plan = DispatchPlan()
        let offers = [offer("flood", [.live: 1_000_000]), offer("small", [.live: 2])]
        var order: [TriggerName] = []
        for _ in 0..<4 { order += plan.picks(free: 1, offers: offers).map(\.trigger) }
        #expect(order == ["flood", "small", "flood", "small"])
    }

    @Test("a trigger gets no more than its room, and nothing when it has none")
    func room() {
        var plan = DispatchPlan()
        let picks = plan.picks(
            free: 64,
            offers: [offer("one", [.live: 100], room: 1), offer("none", [.live: 100], room: 0)]
        )
        #expect(picks == [LeaseRequest.Pick(trigger: "one", deliveryClass: .live, limit: 1)])
        #expect(plan.picks(free: 0, offers: [offer("one", [.live: 100])]).isEmpty)
        #expect(plan.picks(free: -3, offers: [offer("one", [.live: 100])]).isEmpty)
    }

    @Test(
        "a failure is the object's, passing, or the surroundings'",
        arguments: [
            (SluiceError.Blame.object, 0, FailureVerdict.dead), (.usage, 0, .dead), (.outage, 99, .outage),
            (.transient, 0, .retry(at: Timestamp(milliseconds: 500))),
            (.transient, 1, .retry(at: Timestamp(milliseconds: 1000))), (.transient, 4, .dead),
        ]
    )
    func verdicts(blame: SluiceError.Blame, tries: Int, expected: FailureVerdict) {
        let policy = RetryPolicy(attempts: 5, minimumBackoff: .seconds(1), maximumBackoff: .seconds(10))
        let error = SluiceError(SluiceError.Code("test.error", blame), "It failed.")
        let verdict = FailurePolicy.verdict(
            on: error,
            tries: tries,
            policy: policy,
            random: 0.5,
            now: Timestamp(milliseconds: 0)
        )
        #expect(verdict == expected)
    }

    @Test("an attempt that was told to end is released")
    func released() {
        let verdict = FailurePolicy.verdict(
            on: SluiceError(.cancelled, "Told to end."),
            tries: 0,
            policy: RetryPolicy(),
            random: 0,
            now: Timestamp(milliseconds: 0)
        )
        #expect(verdict == .release)
    }

    @Test("during an outage one probe runs per interval, which grows to 30 s; a success ends it")
    func gate() {
        var gate = OutageGate()
        let failure = FailureRecord(code: "storage.full", message: "The disk is full.")
        #expect(gate.limit(of: "t", at: .zero) == nil)
        let hasBegun = gate.failed("t", failure, random: 1, at: .zero)
        #expect(hasBegun)
        // Attempts that were under way when it began make it no longer.
        let again = gate.failed("t", failure, random: 1, at: .zero)
        #expect(!again)
        #expect(gate.nextProbe() == .milliseconds(250))
        var uptime = Duration.zero
        var longest = Duration.zero
        for _ in 0..<12 {
            guard let next = gate.nextProbe() else { break }
            #expect(gate.limit(of: "t", at: next - .milliseconds(1)) == 0)
            #expect(gate.limit(of: "t", at: next) == 1)
            longest = max(longest, next - uptime)
            uptime = next
            gate.began("t")
            #expect(gate.limit(of: "t", at: next) == 0)
            _ = gate.failed("t", failure, random: 1, at: uptime)
        }
        #expect(longest == OutageGate.longestInterval)
        #expect(gate.limit(of: "other", at: uptime) == nil)
        let hasEnded = gate.passed("t")
        #expect(hasEnded)
        #expect(gate.limit(of: "t", at: uptime) == nil)
    }
}
