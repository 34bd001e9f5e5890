internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Keys that hold their time are found long before the next complete scan.
@Suite struct RecentScanTests {
    private let house = House()
    private let copy = FunctionDouble.mapping("copy") { $0 }

    /// 2026-03-01T00:30:00Z.
    private static let moment = Timestamp(milliseconds: 1_772_325_000_000)

    @Test(
        "prefixes of the recent days, newest first, each once and none below another",
        arguments: [
            ("logs/{yyyy}/{mm}/{dd}/", 2, ["logs/2026/03/01/", "logs/2026/02/28/"]),
            ("{yyyy}-{mm}/", 3, ["2026-03/", "2026-02/"]),
            ("incoming/", 5, ["incoming/"]),
            ("d{dd}", 1, ["d01"]),
        ]
    )
    func prefixes(template: String, days: Int, expected: [ObjectKey]) {
        let recent = RecentScan(template: template, interval: .seconds(30), days: days)
        #expect(recent.prefixes(at: Self.moment) == expected)
    }

    @Test("hours go back as many days, and a writer whose clock is ahead is seen")
    func hours() {
        let recent = RecentScan(template: "{yyyy}/{mm}/{dd}/{HH}/", interval: .seconds(30), days: 1)
        let late = Timestamp(milliseconds: Self.moment.milliseconds + 27 * 60_000)
        let prefixes = recent.prefixes(at: late)
        #expect(prefixes.first == "2026/03/01/01/" && prefixes.last == "2026/02/28/01/")
        #expect(prefixes.count == 25)
    }

    @Test("braces are read or refused")
    func names() {
        #expect(RecentScan.names(in: "a/{yyyy}/{HH}") == ["yyyy", "HH"])
        #expect(RecentScan.names(in: "plain") == [])
        for broken in ["{yyyy", "yyyy}", "{"] { #expect(RecentScan.names(in: broken) == nil) }
    }

    private func configuration(_ store: StoreDouble, existing: ExistingPolicy) -> ProcessingConfiguration {
        let recent = RecentScan(template: "{yyyy}/{mm}/{dd}/", interval: .seconds(30), days: 2)
        let watch = WatchPolicy(scanInterval: .seconds(86_400), recent: recent)
        return ProcessingConfiguration(
            buckets: [BucketSetup(store: store, watch: watch), BucketSetup(store: house["clean"])],
            matcher: TriggerMatcher(triggers: [
                trigger("t", on: "inbox", function: "copy", to: "clean:{key}", existing: existing)
            ]),
            functions: [copy],
            workers: 2
        )
    }

    @Test("a new object of today is processed before the next complete scan, one elsewhere is not")
    func found() async throws {
        let today = String(house.clock.now.description.prefix(10)).replacing("-", with: "/")
        let store = StoreDouble(house["inbox"])
        let processor = house.boot(configuration(store, existing: .skip))
        house.put("inbox", ObjectKey("\(today)/old"), "1\n")
        house.clock.advance(by: .seconds(120))
        let task = Task { try await processor.run() }
        try await eventually("the first scan ends the baseline") {
            try await house.ledger.triggers().first?.baselineComplete == true
        }
        house.put("inbox", ObjectKey("\(today)/new"), "1\n")
        house.put("inbox", "1999/01/01/elsewhere", "1\n")
        try await eventually("the recent one is processed") {
            house.clock.advance(by: .seconds(10))
            return house.text("clean", ObjectKey("\(today)/new")) != nil
        }
        #expect(house.text("clean", "1999/01/01/elsewhere") == nil)
        #expect(house.text("clean", ObjectKey("\(today)/old")) == nil)
        #expect(processor.metrics.scans["inbox"] == 1)
        processor.stop()
        try await task.value
    }

    @Test("recent scans judge nothing as vanished")
    func nothingVanishes() async throws {
        house.put("inbox", "1999/01/01/far", "1\n")
        let store = StoreDouble(house["inbox"])
        let processor = house.boot(configuration(store, existing: .process))
        let task = Task { try await processor.run() }
        try await eventually("the first scan is over") { processor.metrics.scans["inbox"] == 1 }
        let before = store.listings.count
        try await eventually("many recent scans ran") {
            house.clock.advance(by: .seconds(30))
            return store.listings.count > before + 8
        }
        let seen = try await house.ledger.targets(in: "inbox", keys: ["1999/01/01/far"])
        #expect(seen.first?.seen != nil)
        processor.stop()
        try await task.value
    }
}
