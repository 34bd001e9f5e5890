internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct UnitTests {
    private static func lines(_ count: Int, _ word: String) -> [UInt8] {
        bytes((0..<count).map { "\($0 % 50 == 7 ? "reject" : "keep") \(word) \($0)\n" }.joined())
    }

    /// One good, one that breaks behind two blocks, one that cannot be opened, one empty, one good.
    private static let members = [
        FakeUnits.Member(name: "a.log", text: bytes("keep 1\ndrop 2\nreject 3\n")),
        FakeUnits.Member(name: "b.log", text: lines(200_000, "b"), failure: "A checksum does not match."),
        FakeUnits.Member(name: "c.log", refusal: "It is encrypted."),
        FakeUnits.Member(name: "d.log"),
        FakeUnits.Member(name: "e.log", text: bytes("keep 5")),
    ]

    @Test("each member has a result of its own; a damaged one is taken back and named in the rejects")
    func damagedMembers() throws {
        let (sinks, report) = try drive(PipelineDriver(processor: LineProcessor()), Self.members)
        var texts = try sinks.texts()
        let removed = texts.removeValue(forKey: "rejects")
        let rejects = try #require(removed)
        #expect(texts == ["a.log|||0": "keep 1\n", "d.log|||0": "", "e.log|||0": "keep 5\n"])
        #expect(sinks.closed.count == 4 && sinks.discarded.map(\.member) == ["b.log"])
        let memberLines = rejects.split(separator: "\n").filter { $0.hasPrefix("{") }
        #expect(
            memberLines == [
                #"{"member":"b.log","code":"codec.corrupt","reason":"A checksum does not match."}"#,
                #"{"member":"c.log","code":"codec.unsupported","reason":"It is encrypted."}"#,
            ]
        )
        // What was rejected of the damaged member stays; the rest of it counts as neither in nor out.
        let rejectedOfB = UInt64(rejects.split(separator: "\n").count { $0.hasPrefix("reject b") })
        #expect(rejectedOfB > 0)
        #expect(report.tally.rejected == rejectedOfB + 1 && report.tally.input == rejectedOfB + 4)
        #expect(report.tally.output == 2 && report.tally.isBalanced)
        #expect(report.members.seen == 5 && report.members.written == 3 && report.members.rejected == 2)
        #expect(report.members.rejectedNames.map(\.name) == ["b.log", "c.log"])
        #expect(report.outputs == 3)
    }

    @Test("outputs, rejects and report depend neither on chunks nor on threads", arguments: [true, false])
    func deterministic(hasRecords: Bool) throws {
        var driver = PipelineDriver(processor: hasRecords ? LineProcessor() : nil)
        driver.output = .gzip(level: 1)
        let many = (0..<60).map { number in
            FakeUnits.Member(
                name: "m\(number)",
                text: Self.lines(number * 37 % 900, "m"),
                failure: number % 9 == 4 ? "broken" : nil
            )
        }
        let members = Self.members + many
        let (expected, report) = try drive(driver, members)
        for seed in 1...4 as ClosedRange<UInt64> {
            let (sinks, other) = try drive(
                driver,
                members,
                chunk: seed % 2 == 0 ? 5_000 : 100_000,
                seed: seed
            )
            #expect(other == report)
            #expect(sinks.sinks.mapValues(\.bytes) == expected.sinks.mapValues(\.bytes))
            #expect(sinks.closed.subtracting(sinks.discarded) == Set(sinks.sinks.keys))
        }
    }

    @Test("merged members are one result, and a damaged one fails the object")
    func merged() throws {
        for processor in [LineProcessor(), nil] as [LineProcessor?] {
            var driver = PipelineDriver(processor: processor)
            driver.archive = ArchivePlan(merge: true)
            let good = [Self.members[0], Self.members[3], Self.members[4]]
            let (sinks, report) = try drive(driver, good)
            let all = "keep 1\ndrop 2\nreject 3\nkeep 5"
            #expect(try sinks.texts()["|||0"] == (processor == nil ? all : "keep 1\nkeep 5\n"))
            #expect(report.outputs == 1 && report.members.written == 3)
            let error = #expect(throws: SluiceError.self) { try drive(driver, Self.members) }
            #expect(error?.code == .codecCorrupt)
        }
    }

    @Test("a failure of the archive fails the object, after all failures before it")
    func brokenArchive() throws {
        let error = #expect(throws: SluiceError.self) {
            try drive(PipelineDriver(processor: LineProcessor()), [Self.members[0]], brokenEnd: true)
        }
        #expect(error?.code == .codecTruncated)
        var limited = PipelineDriver(processor: LineProcessor())
        limited.limits.maxOutputBytes = 100
        // The output's limit is passed before the member breaks, whoever notices first.
        for seed in 1...6 as ClosedRange<UInt64> {
            let error = #expect(throws: SluiceError.self) {
                try drive(limited, Self.members, brokenEnd: true, seed: seed)
            }
            #expect(error?.code == .codecLimit)
        }
    }

    @Test("when an archive in the archive breaks, the member that was read and the archive are named")
    func nestedArchive() throws {
        let member = FakeUnits.Member(
            name: "b.tar!c.log",
            text: bytes("keep\n"),
            failure: "cut",
            failedLabel: "b.tar"
        )
        let reader = FakeUnits([member, Self.members[0]])
        reader.totals.members = 1
        let sinks = OutputSinks()
        let driver = PipelineDriver(processor: LineProcessor())
        let report = try driver.run(reader: reader, sinks: sinks, executor: InlineExecutor())
        #expect(report.members.rejectedNames.map(\.name) == ["b.tar!c.log", "b.tar"])
        #expect(report.members.seen == 3 && report.members.written == 1)
    }

    @Test("members that are lost or made up are noticed, in records, bytes and members")
    func conservation() throws {
        let good = [Self.members[0], Self.members[4]]
        func code(_ driver: PipelineDriver, members: UInt64 = 0) -> String? {
            let reader = FakeUnits(good)
            reader.totals.members = members
            do throws(SluiceError) {
                _ = try driver.run(reader: reader, sinks: OutputSinks(), executor: InlineExecutor())
                return nil
            } catch { return error.code.name }
        }
        let records = PipelineDriver(processor: LineProcessor())
        #expect(code(records) == nil && code(PipelineDriver(processor: nil)) == nil)
        #expect(code(records, members: 1) == "engine.unbalanced")
        // One record less in one member and one more in the other is no balance.
        let shifting = LineProcessor { _, output in
            let isFirst = output.rejects.count > 0
            output.encoded.count = isFirst ? 0 : output.encoded.count
            if !isFirst { unsafe output.encoded.append(output.encoded.bytes) }
        }
        #expect(code(PipelineDriver(processor: shifting)) == "engine.unbalanced")
        for processor in [LineProcessor(), nil] as [LineProcessor?] {
            var driver = PipelineDriver(processor: processor)
            var falsifier = DriverFalsifier()
            falsifier.encoded = { $0.count -= min($0.count, 7) }
            driver.falsifier = falsifier
            #expect(code(driver) == "engine.unbalanced")
        }
    }

    @Test("what a damaged member left in a step's memory decides about no record of another")
    func statePerMember() throws {
        let pipeline = try #require(compile("- parse: raw\n- dedupe:\n- limit: 2\n- encode: raw").0)
        let text = bytes("x\nx\ny\nz\n")
        let (sinks, report) = try drive(
            pipeline.makeDriver(),
            [
                FakeUnits.Member(name: "a", text: text, failure: "broken"),
                FakeUnits.Member(name: "b", text: text), FakeUnits.Member(name: "c", text: text),
            ]
        )
        let texts = try sinks.texts()
        #expect(texts["b|||0"] == "x\ny\n" && texts["c|||0"] == "x\ny\n" && texts["a|||0"] == nil)
        #expect(report.tally.deduplicated == 2 && report.tally.dropped == 2 && report.tally.input == 8)
    }

    @Test("rejected records of members carry the member's name and their own number in it")
    func rejectsNameMembers() throws {
        let pipeline = try #require(compile("- parse: json").0)
        let (sinks, _) = try drive(
            pipeline.makeDriver(),
            [
                FakeUnits.Member(name: "a", text: bytes("{}\nx\n")),
                FakeUnits.Member(name: "b", text: bytes("y\n")),
            ]
        )
        let rejects = try #require(sinks.texts()["rejects"]).split(separator: "\n")
        #expect(rejects.count == 2)
        #expect(rejects[0].hasPrefix(#"{"member":"a","line":2,"#))
        #expect(rejects[1].hasPrefix(#"{"member":"b","line":1,"#))
    }

    @Test("a cancellation is nobody's damage")
    func cancelled() throws {
        var asked = 0
        let error = #expect(throws: SluiceError.self) {
            try PipelineDriver(processor: LineProcessor()).run(
                reader: FakeUnits(Self.members),
                sinks: OutputSinks(),
                executor: InlineExecutor()
            ) { () throws(SluiceError) in
                asked += 1
                if asked == 4 { throw SluiceError(.cancelled, "The test has seen enough.") }
            }
        }
        #expect(error?.code == .cancelled)
    }
}
