internal import EventModel

/// One run of the driver, on the caller's thread.
final class PipelineDriverRun {
    /// Most blocks of one object that are in flight, whatever the number of threads: the decoder is one
    /// thread and feeds no more, and each costs about 3 MB.
    private static let maxParallelism = 8

    /// What was read and is not yet handed to the outputs.
    private enum Work {
        /// A block or piece of a unit.
        case block(PipelineDriverTask, PipelineDriverUnit)
        /// A unit was read to its end.
        case end(PipelineDriverUnit)
        /// A unit cannot be read to its end; without a unit where it could not even be begun.
        case lost([String], PipelineDriverUnit?, SluiceError)
    }

    private let driver: PipelineDriver
    private let reader: any UnitReader
    /// The text of the unit that is open.
    private var text: UnitText
    /// Members of the archive when the open one was lost by what its text is, not by how it is packed.
    private var membersAtLoss: UInt64?
    private let crew: PipelineDriverCrew
    private let tasks: PipelineDriverTaskPool
    private let writer: PipelineDriverWriter
    private let totals: PipelineDriverTotals
    private let checkCancellation: () throws(SluiceError) -> Void
    /// Blocks with the executor, or processed and not yet handed to the outputs, and between them the ends
    /// of units; oldest first.
    private var work: [Work] = []
    /// The most of them; small members must not have more outputs open than there are tasks.
    private let workLimit: Int
    private var lastBlock: PipelineDriverTask?

    /// Prepares one run; nothing is read before it is told to run.
    init(
        _ driver: PipelineDriver,
        reader: any UnitReader,
        sinks: any PipelineSinks,
        executor: any BlockExecutor,
        checkCancellation: @escaping () throws(SluiceError) -> Void
    ) {
        self.driver = driver
        self.reader = reader
        text = UnitText(reader)
        self.checkCancellation = checkCancellation
        crew = PipelineDriverCrew(driver, executor)
        let threads = min(max(executor.parallelism, 1), Self.maxParallelism)
        // Blocks of members are often small: more of them are needed to keep the threads at work.
        let limit = driver.archive == nil ? threads + 2 : 2 * threads + 4
        workLimit = 2 * limit
        tasks = PipelineDriverTaskPool(limit: limit)
        writer = PipelineDriverWriter(driver, sinks, crew, limit: limit)
        totals = PipelineDriverTotals(writer)
    }

    /// Waits until no closure of this run is with the executor.
    func waitUntilIdle() { crew.waitUntilIdle() }

    /// Reads all units and has their blocks processed and written; returns what became of them.
    func run() throws(SluiceError) -> PipelineDriverReport {
        let merged = driver.mergesUnits ? try begin(UnitInfo()) : nil
        while true {
            let next: UnitInfo?
            do throws(SluiceError) { next = try reader.nextUnit() } catch {
                try lose(nil, error)
                continue
            }
            guard let info = next else { break }
            let unit: PipelineDriverUnit
            if let merged { unit = merged } else { unit = try begin(info) }
            let isWhole = try read(info, unit)
            if isWhole { totals.countUnit() }
            if isWhole, merged == nil { try add(.end(unit)) }
        }
        if let merged { try add(.end(merged)) }
        try retireAll()
        try totals.rejects.end()
        try writer.drain()
        return try totals.finish(reader.totals)
    }

    /// Writes the rows of groups, and reads nothing.
    func write(_ aggregation: Aggregation) throws(SluiceError) -> PipelineDriverReport {
        let unit = PipelineDriverUnit(UnitInfo(), driver.processor, writer, totals, aggregation)
        totals.begin(unit)
        try unit.open()
        try unit.end()
        try totals.rejects.end()
        try writer.drain()
        return try totals.finish(reader.totals)
    }

    private func begin(_ info: UnitInfo) throws(SluiceError) -> PipelineDriverUnit {
        let unit = PipelineDriverUnit(info, driver.processor?.forRun(), writer, totals)
        totals.begin(unit)
        try unit.open()
        return unit
    }

    /// Has a unit's text worked on; whether it was read to its end.
    private func read(_ info: UnitInfo, _ unit: PipelineDriverUnit) throws(SluiceError) -> Bool {
        text = UnitText(reader)
        membersAtLoss = nil
        if unit.processor == nil { return try readBytes(unit) }
        return try readRecords(info, unit)
    }

    /// Cuts the text into blocks and has each processed; whether the unit was read to its end.
    private func readRecords(_ info: UnitInfo, _ unit: PipelineDriverUnit) throws(SluiceError) -> Bool {
        guard let processor = unit.processor else { return true }
        let source = processor.framing.makeSource(
            text,
            limits: driver.limits,
            betweenReads: checkCancellation
        )
        var context: UnitContext?
        var carry: [UInt8] = []
        while true {
            try checkCancellation()
            let task = try freeTask()
            let cut: Block?
            do throws(SluiceError) { cut = try source.next(into: task.text, index: task.index) } catch {
                task.recycle()
                try lose(unit, error)
                return false
            }
            guard var block = cut else {
                task.recycle()
                totals.warn(source.warnings, of: info.label)
                return true
            }
            if let falsify = driver.falsifier?.block { block = falsify(block) }
            task.standsAlone =
                context == nil && !driver.mergesUnits && block.text.count < BlockSplitter.blockBytes
            let known = context ?? makeContext(info, source, block, processor)
            context = known
            block.unit = known
            block.carry = carry
            carry = processor.carry(carry, over: block)
            task.block = consume block
            task.processor = processor
            task.mayBePiece = processor.outputFrame.isPlain
            if !processor.isStateless, let lastBlock { crew.wait(for: lastBlock) }
            try submit(task, unit)
        }
    }

    private func makeContext(
        _ info: UnitInfo,
        _ source: any BlockSource,
        _ block: borrowing Block,
        _ processor: any BlockProcessor
    ) -> UnitContext {
        let context = UnitContext(
            member: info.label,
            header: source.header,
            sample: unsafe Array(block.text.bytes.prefix(UnitContext.sampleBytes)),
            objectTime: info.modified ?? driver.objectTime
        )
        totals.note(processor.notes(on: context))
        return context
    }

    /// Passes the text through, in pieces of a fixed size; whether the unit was read to its end.
    private func readBytes(_ unit: PipelineDriverUnit) throws(SluiceError) -> Bool {
        while true {
            try checkCancellation()
            let task = try freeTask()
            let text = task.output.encoded
            do throws(SluiceError) {
                while text.count < BlockSplitter.blockBytes {
                    if try self.text.read(into: text, upTo: BlockSplitter.blockBytes - text.count) == 0 {
                        break
                    }
                }
            } catch {
                task.recycle()
                try lose(unit, error)
                return false
            }
            guard text.count > 0 else {
                task.recycle()
                return true
            }
            unit.textBytesIn &+= UInt64(text.count)
            task.isPiece = !driver.mergesUnits || text.count >= driver.output.pieceBytes
            try submit(task, unit)
        }
    }

    private func submit(_ task: PipelineDriverTask, _ unit: PipelineDriverUnit) throws(SluiceError) {
        task.codec = driver.output
        task.frame = unit.processor?.outputFrame
        crew.submit(task)
        lastBlock = task
        try add(.block(task, unit))
    }

    /// A unit could not be read any further.
    ///
    /// Where the object as a whole cannot, or its units are one result,
    /// the run ends: with the failure of an earlier block, if there is one, so that the verdict does not
    /// depend on timing.
    private func lose(_ unit: PipelineDriverUnit?, _ error: SluiceError) throws(SluiceError) {
        if let labels = lostLabels(unit, error) {
            try add(.lost(labels, unit, error))
            return
        }
        try retireAll()
        try writer.drain()
        throw error
    }

    /// The members that an error costs; nil where it costs the object.
    ///
    /// They are the unit's own, and where it is damage to an archive in the archive, that one.
    private func lostLabels(_ unit: PipelineDriverUnit?, _ error: SluiceError) -> [String]? {
        if driver.mergesUnits { return nil }
        let own = unit?.info.label
        if unit == nil || text.hasFailed {
            guard reader.canContinue, let failed = reader.failedLabel else { return nil }
            // Its rest was skipped and is damaged, too: the member is lost already.
            if unit == nil, membersAtLoss == reader.totals.members { return [] }
            return own.map { $0 == failed ? [$0] : [$0, failed] } ?? [failed]
        }
        // What is cut of a unit's text may turn out to be nothing that can be cut.
        guard error.code.blame == .object, let own else { return nil }
        membersAtLoss = reader.totals.members
        return [own]
    }

    private func add(_ item: Work) throws(SluiceError) {
        while work.count >= workLimit { try retireOldest() }
        work.append(item)
        try retireReady()
    }

    /// A task that is not in use; waits until the oldest is written when all are.
    private func freeTask() throws(SluiceError) -> PipelineDriverTask {
        while true {
            try retireReady()
            if let task = tasks.take() { return task }
            if let oldest = writer.oldest { crew.wait(for: oldest) } else { try retireOldest() }
        }
    }

    private func retireAll() throws(SluiceError) { while !work.isEmpty { try retireOldest() } }

    private func retireOldest() throws(SluiceError) {
        if case .block(let task, _)? = work.first { crew.wait(for: task) }
        try retireReady()
    }

    /// Hands processed blocks to the outputs, in order.
    private func retireReady() throws(SluiceError) {
        while let oldest = work.first {
            if case .block(let task, _) = oldest, !crew.isDone(task) { break }
            work.removeFirst()
            switch oldest {
            case .block(let task, let unit):
                if let failure = task.failure { throw failure }
                unsafe try totals.rejects.add(task.output.rejects.bytes)
                try unit.add(task)
            case .end(let unit): try unit.end()
            case .lost(let labels, let unit, let error): try totals.lose(labels, unit, error)
            }
        }
        try writer.writeReady()
    }
}
