internal import EventModel

/// What a run did so far, on the driver's thread: adds up the units, and proves that nothing was lost.
final class PipelineDriverTotals: PipelineDriverChannelOwner {
    /// Rejected members that are named in the report; all are counted.
    private static let namedMembers = 100
    /// Different notes of one run.
    private static let noteLimit = 20

    private let isByteMode: Bool
    private let writer: PipelineDriverWriter
    /// Where rejected records and members are written.
    private(set) lazy var rejects = PipelineDriverChannel(
        PipelineOutput(.rejects),
        codec: writer.driver.rejects,
        frame: OutputFrame(),
        writer,
        owner: self
    )
    /// Units that are not yet written to their end.
    private var unfinished: [ObjectIdentifier: PipelineDriverUnit] = [:]
    private var report = PipelineDriverReport()
    /// The groups of all units, where the run gives them away; nil before the first unit ended.
    private(set) var groups: Aggregation?
    /// Units that were not lost.
    private var unitsWritten: UInt64 = 0

    /// Counts what `writer` writes.
    init(_ writer: PipelineDriverWriter) {
        self.writer = writer
        isByteMode = writer.driver.processor == nil
    }

    /// Keeps a unit until it is finished or lost.
    func begin(_ unit: PipelineDriverUnit) { unfinished[ObjectIdentifier(unit)] = unit }

    /// Takes the groups of a unit that was read to its end.
    func add(_ aggregation: Aggregation) throws(SluiceError) {
        if let groups { try groups.merge(aggregation.table) } else { groups = aggregation }
    }

    /// A unit whose outputs are written: its numbers count.
    func finish(_ unit: PipelineDriverUnit) throws(SluiceError) {
        unfinished[ObjectIdentifier(unit)] = nil
        var tally = unit.tally
        tally.output = unit.written.records
        if isByteMode {
            guard unit.textBytesIn == unit.written.textBytes else {
                throw unbalanced(
                    "\(unit.textBytesIn) bytes went in and \(unit.written.textBytes) came out",
                    unit.info
                )
            }
        } else {
            guard tally.isBalanced else { throw unbalanced(Self.describe(tally), unit.info) }
            report.tally += tally
        }
        while report.counters.count < unit.counters.count { report.counters.append(0) }
        for index in unit.counters.indices { report.counters[index] &+= unit.counters[index] }
        report.textBytesOut &+= unit.written.textBytes
        report.storedBytesOut &+= unit.written.storedBytes
        report.outputs &+= unit.written.outputs
    }

    /// A unit that was read to its end.
    func countUnit() { unitsWritten &+= 1 }

    /// A unit that cannot be read to its end: its outputs are taken back, its records count as neither in nor
    /// out; those that were rejected before stand in the rejects already and stay there.
    func lose(
        _ labels: [String],
        _ unit: PipelineDriverUnit?,
        _ error: SluiceError
    ) throws(SluiceError) {
        if let unit {
            try unit.discard()
            report.tally.input &+= unit.tally.rejected
            report.tally.rejected &+= unit.tally.rejected
            unfinished[ObjectIdentifier(unit)] = nil
        }
        let line = ByteBuffer()
        for label in labels {
            report.members.rejected &+= 1
            if report.members.rejectedNames.count < Self.namedMembers {
                report.members.rejectedNames.append(
                    MemberReport.Rejected(name: label, code: error.code.name, reason: error.message)
                )
            }
            RejectWriter.append(member: label, error, to: line)
        }
        unsafe try rejects.add(line.bytes)
    }

    /// Notes what users should know, once.
    func note(_ texts: [String]) {
        for text in texts where !report.notes.contains(text) && report.notes.count < Self.noteLimit {
            report.notes.append(text)
        }
    }

    /// Warns of what was noticed while a unit was read, member by member.
    func warn(_ texts: [String], of member: String?) {
        for text in texts where report.warnings.count < Self.noteLimit {
            report.warnings.append(member.map { "\($0): \(text)" } ?? text)
        }
    }

    /// The rejects are written.
    func completed(_ channel: PipelineDriverChannel) throws(SluiceError) {
        report.rejectsTextBytes = channel.textBytes
        report.rejectsStoredBytes = channel.storedBytes
    }

    /// The report of the whole run; every output is written.
    ///
    /// DESIGN 3, promise 4. The counts come from different hands: the splitter, the steps, and the bytes
    /// written.
    func finish(_ input: ObjectTotals) throws(SluiceError) -> PipelineDriverReport {
        precondition(unfinished.isEmpty, "A unit was not written to its end.")
        report.codec = input.codecs.first
        report.codecText = InputLayers(input.codecs)?.text
        report.storedBytesIn = input.storedBytes
        report.textBytesIn = input.textBytes
        report.warnings.insert(contentsOf: input.warnings, at: 0)
        let rejected = report.tally.rejected &+ report.members.rejected
        guard report.tally.isBalanced, rejects.records == rejected else {
            throw unbalanced(
                "\(Self.describe(report.tally)); \(rejects.records) of \(rejected) rejects were written",
                UnitInfo()
            )
        }
        if writer.driver.givesPartial, let groups = groups ?? writer.driver.processor?.makeAggregation() {
            report.partial = AggregatePartial.write(groups.table)
        }
        if let format = input.archive { try finishMembers(input, format) }
        return report
    }

    private func finishMembers(_ input: ObjectTotals, _ format: ArchiveFormat) throws(SluiceError) {
        report.members.archive = format
        report.members.written = unitsWritten
        report.members.seen = input.members &+ input.skipped.total
        let skipped = [
            "not selected": input.unselected, "opened as an archive": input.containers,
            "directory": input.skipped.directories, "link": input.skipped.links,
            "device": input.skipped.specials,
        ]
        report.members.skipped = skipped.filter { $0.value > 0 }
        let skippedCount = report.members.skipped.values.reduce(0, &+)
        guard unitsWritten &+ report.members.rejected &+ skippedCount == report.members.seen else {
            throw unbalanced(
                """
                the archive has \(report.members.seen) members; \(unitsWritten) were written, \
                \(report.members.rejected) rejected, \(skippedCount) skipped
                """,
                UnitInfo()
            )
        }
    }

    private static func describe(_ tally: RecordTally) -> String {
        """
        \(tally.input) records went in, \(tally.created) were created; \(tally.output) were written, \
        \(tally.dropped) dropped, \(tally.rejected) rejected, \(tally.deduplicated) deduplicated, \
        \(tally.aggregated) aggregated
        """
    }

    private func unbalanced(_ counts: String, _ info: UnitInfo) -> SluiceError {
        let place = info.label.map { " in the member '\($0)'" } ?? ""
        return SluiceError(
            .engineUnbalanced,
            "The conservation law does not hold\(place): \(counts).",
            hint: "Nothing is published. This is a defect of Sluice: please report it with the object."
        )
    }
}
