internal import DurableLedger
internal import EventModel
internal import Testing

/// The pure decisions that every ledger stores (DESIGN 5).
@Suite struct TransitionTests {
    static let pairs = DeliveryState.allCases.flatMap { from in DeliveryState.allCases.map { (from, $0) } }

    @Test("only the transitions of the design are allowed", arguments: pairs)
    func allowed(from: DeliveryState, to: DeliveryState) {
        let allowed: [DeliveryState: Set<DeliveryState>] = [
            .ready: [.leased, .superseded, .skipped, .cancelled],
            .leased: [.ready, .committing, .dead, .superseded, .skipped, .cancelled],
            .committing: [.done, .ready, .superseded, .skipped],
            .dead: [.ready, .superseded, .cancelled],
            .cancelled: [.ready, .superseded],
        ]
        #expect(from.mayBecome(to) == (allowed[from] ?? []).contains(to))
    }

    @Test("a failed try waits in class retry and consumes a try")
    func retry() {
        var delivery = Sample.delivery(.leased)
        delivery.isSuspect = true
        let end = delivery.end(
            .retry(Sample.failure, at: Sample.time(9)),
            cancelled: nil,
            .no,
            at: Sample.time(5)
        )
        #expect(end == .retry)
        #expect(delivery.state == .ready)
        #expect(delivery.tries == 1)
        #expect(delivery.deliveryClass == .retry)
        #expect(delivery.notBefore == Sample.time(9))
        #expect(delivery.reason == Sample.failure.code)
        #expect(!delivery.isSuspect)
    }

    @Test("a release consumes no try and keeps the class (traps Q11, Q16)")
    func release() {
        var delivery = Sample.delivery(.leased)
        delivery.isSuspect = true
        let end = delivery.end(.release(nil, at: nil), cancelled: nil, .no, at: Sample.time(5))
        #expect(end == .released)
        #expect(delivery.state == .ready)
        #expect(delivery.tries == 0)
        #expect(delivery.deliveryClass == .live)
        #expect(delivery.isSuspect)
    }

    @Test("a crash counts against the object and keeps the suspicion (trap Q05)")
    func crashed() {
        var delivery = Sample.delivery(.leased)
        let end = delivery.end(
            .crashed(Sample.failure, at: Sample.time(9)),
            cancelled: nil,
            .no,
            at: Sample.time(5)
        )
        #expect(end == .crashed)
        #expect((delivery.crashes, delivery.tries) == (1, 0))
        #expect(delivery.isSuspect)
        #expect(delivery.state == .ready)
    }

    @Test("an overtaken delivery ends as superseded instead of ready or dead")
    func overtaken() {
        let outcomes: [AttemptEnding.Outcome] = [
            .retry(Sample.failure, at: Sample.time(9)), .release(nil, at: nil),
            .dead(Sample.failure, countsAgainstTrigger: true), .crashed(Sample.failure, at: Sample.time(9)),
        ]
        for outcome in outcomes {
            var delivery = Sample.delivery(.leased)
            let end = delivery.end(outcome, cancelled: nil, .newer, at: Sample.time(5))
            #expect(end == .superseded)
            #expect(delivery.state == .superseded)
            #expect(delivery.notBefore == nil)
        }
    }

    @Test("an attempt whose object is gone ends as skipped(gone), a dead one as superseded")
    func gone() {
        var delivery = Sample.delivery(.leased)
        let end = delivery.end(.release(nil, at: nil), cancelled: nil, .gone, at: Sample.time(5))
        #expect(end == .skipped)
        #expect((delivery.state, delivery.reason) == (.skipped, "gone"))
        delivery = Sample.delivery(.leased)
        _ = delivery.end(
            .dead(Sample.failure, countsAgainstTrigger: true),
            cancelled: nil,
            .gone,
            at: Sample.time(5)
        )
        #expect(delivery.state == .superseded)
    }

    @Test("a cancelled attempt ends as cancelled whatever it says")
    func cancelled() {
        var delivery = Sample.delivery(.leased)
        let end = delivery.end(.skip(reason: "gone"), cancelled: "operator", .newer, at: Sample.time(5))
        #expect(end == .cancelled)
        #expect((delivery.state, delivery.reason, delivery.tries) == (.cancelled, "operator", 0))
    }

    @Test("a commit whose outputs the store lost is made again as an operator's retry would")
    func lostOutputs() {
        var delivery = Sample.delivery(.committing)
        (delivery.tries, delivery.crashes, delivery.isSuspect) = (2, 1, true)
        delivery.statistics = DeliveryStatistics()
        let loss = Completion.Loss(Sample.failure, retryAt: Sample.time(9))
        let end = delivery.complete(loss, .no, at: Sample.time(5))
        #expect(end == .released)
        #expect((delivery.state, delivery.reason) == (.ready, Sample.failure.code))
        #expect((delivery.tries, delivery.crashes, delivery.isSuspect) == (0, 1, false))
        #expect((delivery.deliveryClass, delivery.notBefore) == (.retry, Sample.time(9)))
        #expect((delivery.failure, delivery.statistics) == (Sample.failure, nil))
    }

    @Test("one that was overtaken makes nothing again; without a loss it is done all the same")
    func lostAndOvertaken() {
        let loss = Completion.Loss(Sample.failure)
        let ways: [(Overtaking, AttemptEnd, DeliveryState)] = [
            (.newer, .superseded, .superseded), (.gone, .skipped, .skipped),
        ]
        for (overtaking, end, state) in ways {
            var delivery = Sample.delivery(.committing)
            let lost = delivery.complete(loss, overtaking, at: Sample.time(5))
            #expect((lost, delivery.state) == (end, state))
            delivery = Sample.delivery(.committing)
            let done = delivery.complete(nil, overtaking, at: Sample.time(5))
            #expect((done, delivery.state, delivery.failure) == (.done, .done, nil))
        }
    }

    @Test("a lost lease makes a suspect only when the boot was not ended")
    func lost() {
        var delivery = Sample.delivery(.leased)
        delivery.lose(clean: true, cancelled: nil, .no, at: Sample.time(5))
        #expect((delivery.state, delivery.isSuspect) == (.ready, false))
        delivery = Sample.delivery(.leased)
        delivery.lose(clean: false, cancelled: nil, .no, at: Sample.time(5))
        #expect((delivery.state, delivery.isSuspect) == (.ready, true))
    }

    @Test("an operator's retry begins anew; one that was overtaken is superseded")
    func operatorRetry() {
        var delivery = Sample.delivery(.dead)
        (delivery.tries, delivery.crashes) = (5, 3)
        let retried = delivery.retry(.no, at: Sample.time(5))
        #expect(retried)
        #expect((delivery.state, delivery.tries, delivery.crashes) == (.ready, 0, 0))
        #expect(delivery.deliveryClass == .retry)
        delivery = Sample.delivery(.cancelled)
        let overtaken = delivery.retry(.newer, at: Sample.time(5))
        #expect(!overtaken)
        #expect(delivery.state == .superseded)
        delivery = Sample.delivery(.done)
        let finished = delivery.retry(.no, at: Sample.time(5))
        #expect(!finished)
        #expect(delivery.state == .done)
    }

    @Test("a late live event of an existing object is delivered only while the baseline is incomplete")
    func existing() {
        var row = TargetRow(id: Sample.target, revision: 1, seen: Sample.version("a"))
        row.skippedReason = TargetRow.existing
        let live = Sample.observation("a", revision: 1)
        #expect(live.sighting(row: row, baselineComplete: false) == .deliver(.live))
        #expect(live.sighting(row: row, baselineComplete: true) == .unchanged)
        let scanned = Sample.observation("a", revision: 1, action: .deliver(.catchUp))
        #expect(scanned.sighting(row: row, baselineComplete: false) == .unchanged)
        row.skippedReason = nil
        #expect(live.sighting(row: row, baselineComplete: false) == .unchanged)
    }

    @Test("a version that an attempt read is accepted only when nothing newer was seen")
    func accepted() {
        let delivery = Sample.delivery(.leased)
        var row = TargetRow(id: Sample.target, revision: 3, seen: Sample.version("a"), latest: delivery.id)
        row.accept(read: Sample.version("b"), by: delivery)
        #expect((row.seen, row.revision) == (Sample.version("b"), 4))
        row.accept(read: Sample.version("c"), by: delivery)
        #expect((row.seen, row.revision) == (Sample.version("b"), 4))
        row = TargetRow(id: Sample.target, revision: 3, seen: nil, latest: delivery.id)
        row.accept(read: Sample.version("b"), by: delivery)
        #expect(row.seen == nil)
    }
}

/// Values for tests.
enum Sample {
    static let ledgerID = "0123456789abcdef0123456789abcdef"
    static let bucket: BucketName = "inbox"
    static let target = TargetID(trigger: "web", bucket: bucket, key: "a.log")
    static let failure = FailureRecord(
        code: "codec.truncated",
        message: "It ends too early.",
        hint: "Send it again."
    )

    static func time(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_790_812_800_000 + seconds * 1000)
    }
    static func version(_ name: String) -> ObjectVersion { ObjectVersion(identity: "e:\(name)-1") }

    static func info(_ key: ObjectKey, _ version: String) -> ObjectInfo {
        ObjectInfo(key: key, version: Self.version(version), sizeBytes: 1, modified: time(0))
    }

    static func delivery(_ state: DeliveryState) -> Delivery {
        Delivery(
            id: DeliveryID(7),
            target: target,
            version: version("a"),
            sizeBytes: 1,
            eventType: .createdPut,
            eventTime: time(0),
            lane: .main,
            deliveryClass: .live,
            hop: 0,
            cause: nil,
            state: state,
            created: time(1),
            updated: time(1)
        )
    }

    static func observation(
        _ version: String?,
        revision: Int64,
        target: TargetID = Sample.target,
        action: Observation.Action = .deliver(.live)
    ) -> Observation {
        Observation(
            target: target,
            expectedRevision: revision,
            object: version.map { info(target.key, $0) },
            eventType: version == nil ? .removedDelete : .createdPut,
            action: action
        )
    }
}
