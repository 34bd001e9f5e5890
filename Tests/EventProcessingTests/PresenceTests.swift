internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Testing

/// Which keys two complete listings missed; pure.
@Suite struct PresenceTests {
    private func info(_ key: ObjectKey) -> ListEntry {
        .object(
            ObjectInfo(
                key: key,
                version: ObjectVersion(identity: "e:1-1"),
                sizeBytes: 1,
                modified: Timestamp(nanoseconds: 0)
            )
        )
    }

    /// One complete listing that shows `keys`, judged for `present`.
    private func list(
        _ presence: inout Presence,
        _ keys: [ObjectKey],
        closed: [ObjectKey] = [],
        present: [ObjectKey]
    ) -> [ObjectKey] {
        presence.begin()
        presence.show(keys.map(info) + closed.map { .ineligible($0, reason: "the directory cannot be read") })
        presence.complete(presence.close().sorted())
        defer { presence.end() }
        return presence.judge(present)
    }

    @Test("one listing that does not show a key says nothing; the second in a row asks for it (trap L11)")
    func twice() {
        var presence = Presence()
        #expect(list(&presence, ["a"], present: ["a", "b", "c"]) == [])
        #expect(list(&presence, ["a", "c"], present: ["a", "b", "c"]) == ["b"])
        #expect(list(&presence, ["a"], present: ["a", "b", "c"]) == [], "both begin anew")
        #expect(list(&presence, ["a"], present: ["a", "b", "c"]) == ["b", "c"])
    }

    @Test("a listing that was not complete counts for nothing (trap L06)")
    func incomplete() {
        var presence = Presence()
        #expect(list(&presence, [], present: ["a", "b"]) == [])
        presence.begin()
        presence.show([info("a")])
        #expect(presence.judge(["a", "b"]) == [], "not complete")
        #expect(list(&presence, ["a"], present: ["a", "b"]) == ["b"])
    }

    @Test("a listing that began before the last observation does not count")
    func observed() {
        var presence = Presence()
        #expect(list(&presence, [], present: ["between", "before", "during", "after"]) == [])
        presence.observed("between")
        presence.begin()
        presence.observed("during")
        presence.show([])
        let shown = presence.close()
        presence.observed("before")
        presence.complete(shown.sorted())
        #expect(presence.judge(["between", "before", "during"]) == [])
        presence.observed("after")
        #expect(presence.judge(["after"]) == [])
        presence.end()
        // Only "between" was not shown by the last listing without being observed during it.
        let missed = list(&presence, [], present: ["between", "before", "during", "after"])
        #expect(missed == ["between"])
    }

    @Test("what lies at or below an entry that is no object is not missed")
    func closed() {
        var presence = Presence()
        let present: [ObjectKey] = ["d", "d/x", "d/e/x", "dx", "e/d/x"]
        for _ in 0..<3 { #expect(!list(&presence, [], closed: ["d"], present: present).contains("d/x")) }
        #expect(list(&presence, [], present: present).allSatisfy { !$0.bytes.starts(with: Array("d/".utf8)) })
        #expect(Set(list(&presence, [], present: present)).isSuperset(of: ["d", "d/x", "d/e/x"]))
    }

    @Test("beyond its limit nothing is missed, and it says so")
    func limit() {
        var presence = Presence(limit: 2)
        #expect(list(&presence, [], present: ["x"]) == [])
        presence.begin()
        presence.show([info("a"), info("b"), info("c")])
        #expect(presence.isTooLarge)
        presence.complete(presence.close().sorted())
        #expect(presence.judge(["x"]) == [])
        presence.end()
        #expect(list(&presence, ["a", "b"], present: ["x"]) == [], "it counts anew")
        #expect(list(&presence, ["a", "b"], present: ["x"]) == ["x"])
    }

    @Test("among many keys exactly those that are missing are asked for")
    func many() {
        var presence = Presence()
        let all = (0..<20_000).map { ObjectKey("logs/\($0)") }
        let shown = all.enumerated().filter { !$0.offset.isMultiple(of: 7) }.map(\.element)
        #expect(list(&presence, shown.reversed(), present: all) == [])
        #expect(list(&presence, shown, present: all).count == all.count - shown.count)
    }
}
