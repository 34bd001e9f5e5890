internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import FunctionRuntime
internal import ObjectStorage
internal import RecordEngine
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Archives whose members are outputs of their own, on disk, through the real engine and ledger.
@Suite struct UnpackTests {
    private func configuration(_ house: LocalHouse, chained: Bool = false) throws -> ProcessingConfiguration {
        let unpack = try Tar.function("unpack", "[ { unarchive: auto } ]")
        let parse = try Tar.function("parse", "[ { parse: json }, { encode: ndjson } ]")
        let functions = [unpack, parse].map {
            $0.makeFunction(executor: InlineExecutor(), spools: MemorySpoolProvider())
        }
        let rules = [
            trigger("unpack", on: "inbox", function: "unpack", to: "unpacked:{key}/{member}"),
            trigger("parse", on: "unpacked", function: "parse", to: "clean:{key}.ndjson"),
        ]
        return ProcessingConfiguration(
            buckets: ["inbox", "unpacked", "clean"].map { BucketSetup(store: house.store($0)) },
            matcher: TriggerMatcher(triggers: chained ? rules : [rules[0]]),
            functions: functions,
            workers: 4
        )
    }

    private func files(_ numbers: Range<Int>, _ version: Int = 1) -> [(name: String, text: String)] {
        numbers.map { (name: "d\($0 % 7)/\($0).json", text: "{\"n\":\($0),\"v\":\(version)}\n") }
    }

    private func put(_ bytes: [UInt8], _ key: String, _ house: LocalHouse) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: house.files.path("inbox/\(key)")))
    }

    private func keys(_ house: LocalHouse, _ bucket: BucketName) async throws -> Set<String> {
        let lister = house.store(bucket).list(prefix: "")
        var keys: Set<String> = []
        while true {
            let page = try await lister.next(limit: 500)
            if page.isEmpty { return keys }
            for case .object(let info) in page { keys.insert(info.key.description) }
        }
    }

    private func states(_ ledger: any Ledger) async throws -> [String: Int64] {
        try await ledger.counters().filter { $0.count > 0 }.reduce(into: [:]) {
            $0["\($1.trigger) \($1.state.rawValue)", default: 0] += $1.count
        }
    }

    @Test("1,000 members are 1,000 outputs, 1,000 deliveries of the next stage, and follow a re-upload")
    func thousand() async throws {
        let house = LocalHouse("inbox", "unpacked", "clean")
        let ledger = try await house.ledger()
        let configuration = try configuration(house, chained: true)
        try put(Tar.packed(files(0..<1000)), "pack.tar.gz", house)
        try await house.boot(ledger, configuration).runUntilIdle()
        #expect(try await states(ledger) == ["unpack done": 1, "parse done": 1000])
        #expect(try await keys(house, "clean").count == 1000)
        var query = DeliveryQuery()
        query.trigger = "unpack"
        let statistics = try #require(try await ledger.deliveries(query).first?.statistics)
        #expect(statistics.members?.seen == 1000 && statistics.members?.written == 1000)
        #expect(statistics.outputs == 1000)

        // 900 members went, 50 stay as they are, 50 change, 10 are new.
        let next = files(0..<50) + files(50..<100, 2) + files(1000..<1010)
        try put(Tar.packed(next), "pack.tar.gz", house)
        try await house.boot(ledger, configuration).runUntilIdle()
        let expected = Set(next.map { "pack.tar.gz/\($0.name)" })
        #expect(try await keys(house, "unpacked") == expected)
        let target = TargetID(trigger: "unpack", bucket: "inbox", key: "pack.tar.gz")
        #expect(Set(try await ledger.outputs(of: target).map(\.key.description)) == expected)
        #expect(try await states(ledger) == ["unpack done": 2, "parse done": 1060])
        let page = house.files.path("clean/pack.tar.gz/d1/50.json.ndjson")
        #expect(try String(contentsOfFile: page, encoding: .utf8) == "{\"n\":50,\"v\":2}\n")
        #expect(try await ledger.verify() == [])
        await ledger.close()
    }

    @Test("an object that is no archive is its own member, without the ending of its codec")
    func noArchive() async throws {
        let house = LocalHouse("inbox", "unpacked", "clean")
        let ledger = try await house.ledger()
        try put(Array("{}\n".utf8), "a.json.gz", house)
        try await house.boot(ledger, configuration(house)).runUntilIdle()
        #expect(try await keys(house, "unpacked") == ["a.json.gz/a.json"])
        await ledger.close()
    }

    @Test("a bad member costs itself: the delivery is done and says which, and why")
    func badMember() async throws {
        let house = LocalHouse("inbox", "unpacked", "clean")
        let ledger = try await house.ledger()
        // A member whose own gzip is cut off, between two that are whole.
        let cut = try Tar.packed(files(0..<3)).dropLast(9)
        var bytes = Array(Tar.archive(files(0..<1)).dropLast(1024))
        bytes += Tar.header("bad.gz", size: cut.count) + cut
        while bytes.count % 512 != 0 { bytes.append(0) }
        bytes += Tar.archive(files(1..<2))
        try put(bytes, "p.tar", house)
        try await house.boot(ledger, configuration(house)).runUntilIdle()
        let delivery = try #require(try await ledger.deliveries(DeliveryQuery()).first)
        #expect(delivery.state == .done)
        let members = try #require(delivery.statistics?.members)
        #expect([members.seen, members.written, members.rejected] == [3, 2, 1])
        #expect(members.rejectedNames.map(\.name) == ["bad.gz"])
        #expect(members.rejectedNames.first?.code == "codec.truncated")
        #expect(try await keys(house, "unpacked") == ["p.tar/d0/0.json", "p.tar/d1/1.json"])
        await ledger.close()
    }

    @Test("a file that becomes a directory in the next upload gives way to it")
    func fileBecomesDirectory() async throws {
        let house = LocalHouse("inbox", "unpacked", "clean")
        let ledger = try await house.ledger()
        for name in ["a.json", "a.json/b.json"] {
            try put(Tar.archive([(name: name, text: "1")]), "p.tar", house)
            try await house.boot(ledger, configuration(house)).runUntilIdle()
        }
        #expect(try await states(ledger) == ["unpack done": 2])
        #expect(try await keys(house, "unpacked") == ["p.tar/a.json/b.json"])
        await ledger.close()
    }

    @Test("an archive that holds both a file and something below it is dead before anything is decided")
    func fileAndDirectory() async throws {
        let house = LocalHouse("inbox", "unpacked", "clean")
        let ledger = try await house.ledger()
        // What lies between the two by its bytes lies between them by no slash.
        let members = ["a", "a.json", "a/b.json"].map { (name: $0, text: "1") }
        try put(Tar.archive(members), "p.tar", house)
        try await house.boot(ledger, configuration(house)).runUntilIdle()
        let delivery = try #require(try await ledger.deliveries(DeliveryQuery()).first)
        #expect(delivery.state == .dead && delivery.failure?.code == "output.collision")
        #expect(try await keys(house, "unpacked").isEmpty)
        await ledger.close()
    }
}
