internal import Daemon
internal import EventModel
internal import Foundation
internal import Settings
internal import Testing
internal import TriggerRules

@Suite struct ExampleTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "fixtures/log-etl/sluice.yaml"
        )

    private func configuration() throws -> SluiceConfiguration {
        let result = ConfigurationLoader.load(path: Self.file.path)
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        return try #require(result.configuration)
    }

    /// Where an object goes, trigger after trigger, until no trigger takes it.
    private func path(
        of key: ObjectKey,
        from bucket: BucketName,
        _ configuration: SluiceConfiguration
    ) throws -> [String] {
        let event = ObjectEvent(
            bucket: bucket,
            key: key,
            type: .createdPut,
            version: nil,
            sizeBytes: 1,
            time: Timestamp(nanoseconds: 0)
        )
        let triggers = configuration.matcher.matching(event)
        #expect(triggers.count <= 1)
        guard let trigger = triggers.first else { return [] }
        // What the functions of the example give: one member, one day, one service.
        let next = try trigger.output.render(
            source: key,
            placeholders: ["member": "web1/access.log", "partition": "dt=2026-10-01/service=shop"]
        )
        return ["\(trigger.output.bucket):\(next)"]
            + (try path(of: next, from: trigger.output.bucket, configuration))
    }

    @Test(
        "the example has no finding, and takes each log through two stages",
        arguments: [
            (
                "acme/2026-10-01/09.tar.gz",
                [
                    "unpacked:acme/2026-10-01/09/web1/access.log",
                    "clean:web/dt=2026-10-01/service=shop/acme/2026-10-01/09/web1/access.ndjson.zst",
                ]
            ),
            (
                "acme/a.log.zst",
                ["unpacked:acme/a.log", "clean:web/dt=2026-10-01/service=shop/acme/a.ndjson.zst"]
            ),
            ("other/x.txt", []),
        ]
    )
    func chain(key: String, places: [String]) throws {
        #expect(try path(of: ObjectKey(key), from: "inbox", configuration()) == places)
    }

    @Test("the example's comments are those of a first reader: no line longer than a terminal")
    func width() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(text.contains("# ") && !text.contains("\t"))
    }
}
