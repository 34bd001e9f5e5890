internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// What is kept beside an output, and where it came from.
@Suite struct LineageTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy", fingerprint: "ab12") { $0 }

    private func trigger(to output: String, _ storing: OutputStoring = OutputStoring()) -> Trigger {
        Trigger(
            name: "all",
            bucket: "inbox",
            keys: KeyPattern(),
            function: "copy",
            output: template(output),
            storing: storing
        )
    }

    private func archive(tags: Bool) -> CopyFunction {
        CopyFunction(name: "copy", fingerprint: Fingerprint(hex: "c0"), options: CopyOptions(tags: tags))
    }

    @Test("an output tells its source, version, trigger, function, delivery and attempt in plain ASCII")
    func lineage() async throws {
        let info = house["inbox"].put("a b/ü.log", Array("1\n".utf8))
        try await house.process(house.configuration([trigger(to: "clean:{stem}.ndjson")], [copy]))
        let attributes = try #require(house["clean"].attributes(of: "ü.ndjson"))
        let delivery = try #require(try await house.deliveries().first)
        #expect(
            attributes.metadata == [
                "sluice-source": "inbox/a%20b/%C3%BC.log",
                "sluice-version": info.version.identity,
                "sluice-trigger": "all",
                "sluice-fingerprint": "ab12",
                "sluice-delivery": "\(house.ledger.id)-\(delivery.id.rawValue)",
                "sluice-attempt": "1",
            ]
        )
        #expect(attributes.contentType == "application/x-ndjson")
        #expect(attributes.storageClass == nil && attributes.tags.isEmpty)
    }

    @Test("the longest key leaves metadata below 2 KiB, cut between characters, with its checksum")
    func longKey() async throws {
        let key = ObjectKey(String(repeating: String(repeating: "é", count: 120) + "/", count: 4))
        house["inbox"].put(ObjectKey(bytes: key.bytes + [0x61]), Array("1\n".utf8))
        try await house.process(house.configuration([trigger(to: "clean:out.bin")], [copy]))
        let metadata = try #require(house["clean"].attributes(of: "out.bin")).metadata
        #expect(metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } < 1728)
        #expect(metadata["sluice-source"]?.hasSuffix("%") == false)
        #expect(metadata["sluice-source"]?.hasPrefix("inbox/%C3%A9%C3%A9") == true)
        #expect(metadata["sluice-source-crc64"] != nil && metadata["sluice-attempt"] != nil)
        #expect(house["clean"].attributes(of: "out.bin")?.contentType == nil)
    }

    @Test("the trigger says content type and storage class of its results")
    func storing() async throws {
        house.put("inbox", "a.log", "1\n")
        let storing = OutputStoring(contentType: "text/x-log", storageClass: "STANDARD_IA")
        try await house.process(house.configuration([trigger(to: "clean:{key}", storing)], [copy]))
        let attributes = try #require(house["clean"].attributes(of: "a.log"))
        #expect(attributes.contentType == "text/x-log" && attributes.storageClass == "STANDARD_IA")
    }

    @Test("copy takes content type and metadata along, tags where asked, and tells its own lineage")
    func copied() async throws {
        let kept = ObjectAttributes(
            contentType: "text/x-odd",
            metadata: ["owner": "me", "sluice-source": "old/x", "sluice-staged": "old"],
            tags: ["team": "a"],
            storageClass: "GLACIER"
        )
        for tags in [false, true] {
            let house = House()
            house["inbox"].put("a.log", Array("bytes".utf8), as: kept)
            try await house.process(
                house.configuration([trigger(to: "clean:{key}")], [archive(tags: tags)])
            )
            #expect(house.text("clean", "a.log") == "bytes")
            let attributes = try #require(house["clean"].attributes(of: "a.log"))
            #expect(attributes.contentType == "text/x-odd")
            #expect(attributes.metadata["owner"] == "me")
            #expect(attributes.metadata["sluice-source"] == "inbox/a.log")
            #expect(attributes.metadata["sluice-staged"] == nil)
            #expect(attributes.storageClass == nil)
            #expect(attributes.tags == (tags ? ["team": "a"] : [:]))
            let done = try #require(try await house.deliveries().first)
            #expect(done.state == .done)
            #expect(done.statistics?.bytesIn == 5 && done.statistics?.bytesOut == 5)
        }
    }

    @Test("metadata of the source leaves out lineage first, and beyond S3's limit fails the object")
    func crowded() async throws {
        house["inbox"].put(
            "a",
            [1],
            as: ObjectAttributes(metadata: ["notes": String(repeating: "x", count: 1650)])
        )
        house["inbox"].put(
            "b",
            [1],
            as: ObjectAttributes(metadata: ["notes": String(repeating: "x", count: 1800)])
        )
        try await house.process(
            house.configuration([trigger(to: "clean:{key}")], [archive(tags: false)])
        )
        let metadata = try #require(house["clean"].attributes(of: "a")).metadata
        #expect(metadata["notes"]?.utf8.count == 1650 && metadata["sluice-source"] == "inbox/a")
        #expect(metadata["sluice-delivery"] == nil)
        let dead = try await house.deliveries().filter { $0.state == .dead }
        #expect(dead.map(\.target.key) == ["b"])
        #expect(dead.first?.failure?.code == "output.metadata-too-large")
    }
}
