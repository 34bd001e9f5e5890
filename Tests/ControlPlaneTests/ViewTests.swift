internal import ControlPlane
internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Testing

/// The JSON that programs rely on, name by name.
@Suite struct ViewTests {
    private func json(_ view: some Encodable) throws -> String {
        String(decoding: try ViewCoding.encode(view, pretty: true), as: UTF8.self)
    }

    @Test("a delivery's names and values are stable, and what has no value is null")
    func delivery() throws {
        #expect(
            try json(DeliveryView(FakeOperations.delivery(7, state: .ready))) == """
                {
                  "attempts" : 0,
                  "bucket" : "inbox",
                  "cause" : null,
                  "class" : "catch-up",
                  "crashes" : 0,
                  "created" : "2026-10-01T00:00:00.000Z",
                  "event_time" : "2026-10-01T00:00:00.000Z",
                  "event_type" : "ObjectCreated:Put",
                  "failure" : null,
                  "hop" : 0,
                  "id" : 7,
                  "key" : "web/a.log",
                  "lane" : "main",
                  "not_before" : null,
                  "reason" : null,
                  "size_bytes" : 1000,
                  "state" : "ready",
                  "statistics" : null,
                  "suspect" : false,
                  "tries" : 0,
                  "trigger" : "web",
                  "updated" : "2026-10-01T00:00:00.000Z",
                  "version" : "i1-s1000-m1-c1"
                }
                """
        )
    }

    @Test("statistics name records as the conservation law does")
    func statistics() throws {
        let view = try #require(DeliveryView(FakeOperations.delivery(7)).statistics)
        #expect(
            try json(view) == """
                {
                  "bytes_in" : 1000,
                  "bytes_out" : 400,
                  "duration_seconds" : 0.012,
                  "members" : null,
                  "notes" : [

                  ],
                  "outputs" : 0,
                  "records" : {
                    "aggregated" : 0,
                    "created" : 0,
                    "deduplicated" : 0,
                    "dropped" : 2,
                    "in" : 10,
                    "out" : 7,
                    "rejected" : 1
                  },
                  "warnings" : [

                  ]
                }
                """
        )
    }

    @Test("members are counted, and those that were rejected named with their reasons")
    func members() throws {
        var tally = MemberTally()
        tally.seen = 3
        tally.written = 1
        tally.rejected = 1
        tally.skipped = ["directory": 1]
        tally.rejectedNames = [.init(name: "a.gz", code: "codec.truncated", reason: "It is cut off.")]
        #expect(
            try json(MembersView(tally)) == """
                {
                  "rejected" : 1,
                  "rejected_members" : [
                    {
                      "code" : "codec.truncated",
                      "name" : "a.gz",
                      "reason" : "It is cut off."
                    }
                  ],
                  "seen" : 3,
                  "skipped" : {
                    "directory" : 1
                  },
                  "written" : 1
                }
                """
        )
    }

    @Test("a key that is not UTF-8 is escaped, carries its bytes, and reads back (traps S10, W17)")
    func key() throws {
        let view = PlaceView("inbox", FakeOperations.source)
        #expect(view.key == #"web/\xff\x1ba.log"#)
        #expect(view.keyBase64 == Data(FakeOperations.source.bytes).base64EncodedString())
        #expect(view.objectKey == FakeOperations.source)
        #expect(PlaceView("inbox", "plain/key").keyBase64 == nil)
    }

    @Test("every view reads back as it was written")
    func roundTrip() async throws {
        let operations = FakeOperations()
        let status = StatusView(try await operations.status())
        #expect(try ViewCoding.decode(StatusView.self, from: try ViewCoding.encode(status)) == status)
        let history = HistoryView(try #require(try await operations.history(of: DeliveryID(7))))
        #expect(try ViewCoding.decode(HistoryView.self, from: try ViewCoding.encode(history)) == history)
        let why = ExplanationView(try await operations.why("inbox", "a"))
        #expect(try ViewCoding.decode(ExplanationView.self, from: try ViewCoding.encode(why)) == why)
        let error = ErrorView(code: "a.b", message: "m", hint: "h")
        #expect(try ViewCoding.decode(ErrorView.self, from: try ViewCoding.encode(error)) == error)
        let bare = Data(#"{"code":"a.b","message":"m"}"#.utf8)
        #expect(try ViewCoding.decode(ErrorView.self, from: bare).hint == nil)
    }

    @Test("a status beside a stopped service says so")
    func stopped() async throws {
        let status = StatusView(try await FakeOperations().status(), isRunning: false)
        #expect(status.health == "stopped")
        #expect(status.started == nil)
    }
}
