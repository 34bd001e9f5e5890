internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Testing
internal import TriggerRules

/// What is recorded of a look at a key: pure decisions.
@Suite struct IntakeRulesTests {
    private let info = ObjectInfo(
        key: "k",
        version: ObjectVersion(identity: "v2"),
        sizeBytes: 1,
        modified: Timestamp(milliseconds: 0)
    )

    private func row(_ version: String?, skipped: String? = nil) -> TargetRow {
        TargetRow(
            id: TargetID(trigger: "t", bucket: "inbox", key: "k"),
            revision: 7,
            seen: version.map { ObjectVersion(identity: $0) },
            skippedReason: skipped
        )
    }

    private func action(
        existing: ExistingPolicy = .process,
        row: TargetRow?,
        via provenance: Provenance,
        isOpen: Bool,
        began seconds: Int64 = 1,
        matches: Bool = true
    ) -> Observation.Action? {
        IntakeRules.observation(
            of: info,
            key: "k",
            by: trigger("t", on: "inbox", function: "f", to: "clean:{key}", existing: existing),
            matches: matches,
            row: row,
            via: provenance,
            baseline: isOpen ? Timestamp(milliseconds: seconds * 1000) : nil
        )?.action
    }

    @Test("new versions are delivered in the class of how they were found")
    func classes() {
        #expect(action(row: nil, via: .live, isOpen: false) == .deliver(.live))
        #expect(action(row: row("v1"), via: .scan, isOpen: false) == .deliver(.catchUp))
        #expect(action(row: row("v2"), via: .live, isOpen: false) == nil)
        #expect(action(row: nil, via: .live, isOpen: false, matches: false) == nil)
    }

    @Test("existing: skip skips what the first scan finds, and only that")
    func existing() {
        #expect(action(existing: .skip, row: nil, via: .scan, isOpen: true) == .skip(reason: "existing"))
        #expect(action(existing: .skip, row: nil, via: .live, isOpen: true) == .deliver(.live))
        let late = action(existing: .skip, row: nil, via: .scan, isOpen: true, began: -1)
        #expect(late == .deliver(.catchUp), "It was modified after the trigger became known.")
        #expect(action(existing: .skip, row: nil, via: .scan, isOpen: false) == .deliver(.catchUp))
        let skipped = row("v2", skipped: "existing")
        #expect(action(existing: .skip, row: skipped, via: .live, isOpen: true) == .deliver(.live))
        #expect(action(existing: .skip, row: skipped, via: .scan, isOpen: true) == nil)
        #expect(action(existing: .skip, row: skipped, via: .live, isOpen: false) == nil)
    }

    @Test("a removal is recorded once, and only where something was seen")
    func gone() {
        let trigger = trigger("t", on: "inbox", function: "f", to: "clean:{key}")
        func gone(_ row: TargetRow?) -> Observation? {
            IntakeRules.observation(
                of: nil,
                key: "k",
                by: trigger,
                matches: false,
                row: row,
                via: .live,
                baseline: nil
            )
        }
        #expect(gone(row("v1"))?.expectedRevision == 7)
        #expect(gone(row("v1"))?.object == nil)
        #expect(gone(row(nil)) == nil)
        #expect(gone(nil) == nil)
    }

    @Test("the waiting list is bounded, keeps the more urgent provenance and tells who is due")
    func waitingList() {
        var list = WaitingList(limit: 2)
        func entry(_ seconds: Int, _ provenance: Provenance) -> WaitingList.Entry {
            WaitingList.Entry(version: nil, due: .seconds(seconds), provenance: provenance)
        }
        let isFirstIn = list.put(entry(5, .live), for: "a", in: "inbox")
        let isSecondIn = list.put(entry(3, .scan), for: "b", in: "inbox")
        let isThirdIn = list.put(entry(1, .live), for: "c", in: "inbox")
        let isRenewed = list.put(entry(4, .scan), for: "a", in: "inbox")
        #expect([isFirstIn, isSecondIn, isThirdIn, isRenewed] == [true, true, false, true])
        #expect(list["inbox", "a"]?.provenance == .live)
        #expect(list.nextDue(in: "inbox") == .seconds(3))
        #expect(list.due(in: "inbox", at: .seconds(3), limit: 9).map(\.key) == ["b"])
        list.remove("b", in: "inbox")
        list.remove("b", in: "inbox")
        #expect(list.count == 1)
    }

    @Test("the feed keeps the last entries, numbered from 1")
    func feed() {
        let feed = EventFeed(capacity: 3)
        #expect(feed.entries(after: 0, limit: 10).isEmpty)
        for index in 1...5 {
            feed.add("seen", at: Timestamp(milliseconds: 0), bucket: "inbox", detail: "\(index)")
        }
        #expect(feed.entries(after: 0, limit: 10).map(\.number) == [3, 4, 5])
        #expect(feed.entries(after: 3, limit: 1).map(\.detail) == ["4"])
        #expect(feed.entries(after: 5, limit: 10).isEmpty)
        #expect(feed.entries(after: .max, limit: 10).isEmpty)
    }

    @Test("chaining delivers what a target has not seen, up to sixteen hops")
    func chaining() {
        let triggers = [trigger("t", on: "inbox", function: "f", to: "clean:{key}")]
        func caused(hop: Int, _ rows: [TargetRow]) -> [Bool] {
            Chaining.caused(by: [info], in: "inbox", hop: hop, triggers: triggers, rows: rows).map(\.delivers)
        }
        #expect(caused(hop: 0, []) == [true])
        #expect(caused(hop: 0, [row("v1")]) == [true])
        #expect(caused(hop: 0, [row("v2")]) == [])
        #expect(caused(hop: 15, []) == [true])
        #expect(caused(hop: 16, []) == [false])
    }
}
