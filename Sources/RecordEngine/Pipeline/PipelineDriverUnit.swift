internal import EventModel

/// The results of one unit on the driver's thread, or of all units where the members of an archive are
/// merged: its outputs and where its records went.
final class PipelineDriverUnit: PipelineDriverChannelOwner {
    /// What outputs hold.
    struct Written {
        /// Outputs that were opened.
        var outputs: UInt64 = 0
        /// Counted from the encoded bytes.
        var records: UInt64 = 0
        /// Encoded bytes, before compression.
        var textBytes: UInt64 = 0
        /// Bytes given to sinks.
        var storedBytes: UInt64 = 0
    }

    /// What the unit is called.
    let info: UnitInfo
    /// What its blocks are processed by; nil where bytes are passed through.
    let processor: (any BlockProcessor)?
    /// What its records are folded into; nil where they are written one by one.
    private let aggregation: Aggregation?
    private let writer: PipelineDriverWriter
    /// Holds the unit until it is finished.
    private unowned let totals: PipelineDriverTotals
    private let roll: OutputRoll?
    /// The output without a name.
    private lazy var main = makeChannel(OutputName(), part: 0)
    /// The outputs with names; the last part of each.
    private var named: [OutputName: PipelineDriverChannel] = [:]
    /// The same by their number in the block that is worked on.
    private var numbered: [PipelineDriverChannel?] = []
    /// The names in the order in which they came.
    private var names: [OutputName] = []
    /// Outputs that are not written to their end.
    private var unfinished: [ObjectIdentifier: PipelineDriverChannel] = [:]
    /// Outputs that were written to their end, and that somebody wanted.
    private var closed: [PipelineOutput] = []
    private var isEnded = false
    /// Bytes of text that were read; counted where they are passed through.
    var textBytesIn: UInt64 = 0
    /// Where the records of the blocks so far went; without those that were written.
    private(set) var tally = RecordTally()
    /// The processor's own counters, added up.
    private(set) var counters: [UInt64] = []
    /// What was written to its end.
    private(set) var written = Written()

    /// Begins a unit.
    init(
        _ info: UnitInfo,
        _ processor: (any BlockProcessor)?,
        _ writer: PipelineDriverWriter,
        _ totals: PipelineDriverTotals,
        _ aggregation: Aggregation? = nil
    ) {
        self.info = info
        self.processor = processor
        self.aggregation = aggregation ?? processor?.makeAggregation()
        self.writer = writer
        self.totals = totals
        roll = processor?.outputRoll
    }

    /// Opens the output without a name, where records or bytes go to it anyway.
    func open() throws(SluiceError) {
        if !givesPartial, processor?.namesOutputs != true { try main.open() }
    }

    /// Whether its groups are a part of a larger result, and no rows are made of them.
    private var givesPartial: Bool { writer.driver.givesPartial && aggregation != nil }

    /// Takes over a block that was processed: the next one of the unit.
    func add(_ task: PipelineDriverTask) throws(SluiceError) {
        count(task.output)
        if let groups = task.output.groups { try aggregation?.merge(groups) }
        try scatter(task.output)
        try main.add(task)
        try writer.limitGathered()
    }

    private func count(_ output: BlockOutput) {
        // The writers count what they write; a processor's own count of it would prove nothing.
        output.tally.output = 0
        tally += output.tally
        let added = output.counters
        while counters.count < added.count { counters.append(0) }
        for index in added.indices { counters[index] &+= added[index] }
    }

    /// Writes the rows of the groups, or gives the groups to the whole run.
    private func addGroups(_ aggregation: Aggregation) throws(SluiceError) {
        if givesPartial { return try totals.add(aggregation) }
        let rows = BlockOutput()
        while aggregation.nextRows(into: rows) {
            count(rows)
            unsafe try totals.rejects.add(rows.rejects.bytes)
            try scatter(rows)
            unsafe try main.add(rows.encoded.bytes)
            try writer.limitGathered()
            rows.clear()
        }
    }

    /// Ends all outputs; the unit is finished when they are written.
    func end() throws(SluiceError) {
        if let aggregation { try addGroups(aggregation) }
        for name in names { try named[name]?.end() }
        try main.end()
        isEnded = true
        if unfinished.isEmpty { try totals.finish(self) }
    }

    /// Takes all outputs back.
    func discard() throws(SluiceError) {
        for channel in unfinished.values { try channel.discard() }
        for output in closed { try writer.sinks.discard(output) }
    }

    /// Adds up what an output holds.
    func completed(_ channel: PipelineDriverChannel) throws(SluiceError) {
        unfinished[ObjectIdentifier(channel)] = nil
        if channel.isOpened { written.outputs &+= 1 }
        if channel.isWanted { closed.append(channel.output) }
        written.records &+= channel.records
        written.textBytes &+= channel.textBytes
        written.storedBytes &+= channel.storedBytes
        if isEnded, unfinished.isEmpty { try totals.finish(self) }
    }

    private func makeChannel(_ name: OutputName, part: Int) -> PipelineDriverChannel {
        let member = info.keyPart.map { String(decoding: $0, as: UTF8.self) }
        let channel = PipelineDriverChannel(
            PipelineOutput(.result, member: member, name: name, part: part),
            codec: writer.driver.output,
            frame: processor?.outputFrame,
            writer,
            owner: self
        )
        unfinished[ObjectIdentifier(channel)] = channel
        return channel
    }

    /// Hands the records of a block to the outputs that they name.
    private func scatter(_ output: BlockOutput) throws(SluiceError) {
        if output.runs.isEmpty { return }
        numbered.removeAll(keepingCapacity: true)
        for _ in output.names { numbered.append(nil) }
        var offset = 0
        for run in output.runs {
            let number = Int(run.number) - 1
            let bytes = unsafe UnsafeRawBufferPointer(
                rebasing: output.mixed.bytes[offset..<offset + run.byteCount]
            )
            offset += run.byteCount
            if let roll {
                unsafe try add(bytes, to: output.names[number], roll)
            } else if let channel = numbered[number] {
                unsafe try channel.add(bytes)
            } else {
                let channel = try channel(output.names[number])
                numbered[number] = channel
                unsafe try channel.add(bytes)
            }
        }
    }

    /// Fills one part after another.
    private func add(
        _ records: UnsafeRawBufferPointer,
        to name: OutputName,
        _ roll: OutputRoll
    ) throws(SluiceError) {
        guard let frame = processor?.outputFrame else { return }
        var rest = unsafe records
        while unsafe !rest.isEmpty {
            let channel = try channel(name)
            let recordRoom = roll.records.map { $0 - channel.addedRecords } ?? .max
            let byteRoom = roll.bytes.map { $0 - channel.addedBytes } ?? .max
            let fitting = unsafe frame.prefix(of: rest, records: recordRoom, bytes: byteRoom)
            let byteCount = fitting.records == 0 ? rest.count : fitting.bytes
            unsafe try channel.add(UnsafeRawBufferPointer(rebasing: rest[..<byteCount]))
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[byteCount...])
            channel.addedRecords &+= fitting.records
            let isFull = fitting.records >= recordRoom || UInt64(byteCount) >= byteRoom
            if isFull { try channel.end() }
        }
    }

    /// The output of a name that takes further records.
    private func channel(_ name: OutputName) throws(SluiceError) -> PipelineDriverChannel {
        let known = named[name]
        if let known, !known.isEnding { return known }
        if known == nil, named.count >= writer.driver.limits.maxOutputs {
            throw SluiceError(
                .engineTooManyOutputs,
                "The records go to more than \(writer.driver.limits.maxOutputs) outputs.",
                hint: "Partition by a field with fewer values, or raise `max_outputs` in the limits of the "
                    + "function."
            )
        }
        let channel = makeChannel(name, part: known.map { $0.output.part + 1 } ?? 0)
        if known == nil { names.append(name) }
        named[name] = channel
        return channel
    }
}
