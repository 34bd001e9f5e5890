public import EventModel

/// Opens an object layer by layer, codecs, archive, member, codecs, and gives its units one after another.
///
/// Used by one thread at a time. A unit's end is reported only when every checksum of its layers matched, the
/// last unit's only when the object was read to its end. After an error `canContinue` says how far it
/// reaches: true when only one member is bad, so that `nextUnit` goes on behind it.
public final class ObjectReader {
    /// Warnings of archives and their members that are kept.
    static let maximumWarnings = 20
    /// What to open, and how far.
    let plan: InputPlan
    /// Keeps archives that must be kept.
    let spools: any SpoolProvider
    /// Called while an archive is kept.
    let betweenReads: () throws(SluiceError) -> Void
    private let stored: StoredInput
    /// The codecs around the object.
    let stack: DecoderStack
    /// Where the reader stands.
    var state = State.beforeFirst
    /// The archives that are open, the outermost first.
    var levels: [ArchiveLevel] = []
    /// The current unit's text; nil between units.
    var text: StoredInput?
    /// The key parts that were given out.
    var names = MemberNameSet()
    /// The totals that are not asked of the layers.
    var counts = ObjectTotals()
    /// Whether a limit of the whole object was passed, wherever that was noticed.
    var isOverLimit = false
    /// Whether `nextUnit` may be called after the error that was thrown last.
    public private(set) var canContinue = true
    /// The member that the error thrown last is about, nested as in `UnitInfo.label`; nil when it is about
    /// the object.
    public private(set) var failedLabel: String?

    /// Where a reader stands.
    enum State {
        /// Nothing was read yet.
        case beforeFirst
        /// The object is the only unit.
        case inObject
        /// Units are members.
        case inArchive
        /// There are no more units.
        case atEnd
        /// The object cannot be read on.
        case failed
    }

    /// Reads `source` as `plan` says; nothing before the first call.
    ///
    /// `spools` keeps archives that cannot be read from their beginning to their end. `betweenReads` is
    /// called while one is kept, and throws to end that.
    public init(
        _ plan: InputPlan,
        source: any ByteSource,
        spools: any SpoolProvider = MemorySpoolProvider(),
        betweenReads: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) {
        self.plan = plan
        self.spools = spools
        self.betweenReads = betweenReads
        stored = StoredInput(source)
        stack = DecoderStack(plan.layers, stored, limits: plan.limits)
    }

    /// What was read so far.
    public var totals: ObjectTotals {
        var totals = counts
        totals.storedBytes = stored.takenBytes
        totals.codecs = stack.codecs
        totals.warnings = stack.warnings + counts.warnings
        for level in levels { totals.skipped += level.reader.skipped }
        return totals
    }

    /// The next unit; nil behind the last. What was not read of the current unit is skipped.
    ///
    /// Throws `codec.*`, `archive.*`, and what source and spools throw; see `canContinue`.
    public func nextUnit() throws(SluiceError) -> UnitInfo? {
        do throws(SluiceError) {
            switch state {
            case .beforeFirst: return try openObject()
            case .inObject: try skipRest()
            case .inArchive: return try nextMember()
            case .atEnd: break
            case .failed: preconditionFailure("A reader that cannot continue was asked for more.")
            }
            state = .atEnd
            return nil
        } catch { throw failed(error) }
    }

    /// Appends at least one and at most `byteCount` bytes of the unit's text; returns how many, 0 at its end.
    ///
    /// Throws as `nextUnit` does.
    public func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        guard let text else { return 0 }
        buffer.reserve(byteCount)
        let memory = unsafe UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: byteCount)
        do throws(SluiceError) {
            let produced = unsafe try text.copy(into: memory)
            try count(produced)
            if produced == 0 { self.text = nil }
            buffer.count += produced
            return produced
        } catch { throw failed(error) }
    }

    /// Reads the rest of the unit and throws it away, so that its checksums are verified.
    ///
    /// Throws as `nextUnit` does.
    public func skipRest() throws(SluiceError) {
        let buffer = ByteBuffer(capacity: 64 << 10)
        repeat { buffer.removeAll() } while try read(into: buffer, upTo: 64 << 10) > 0
    }

    private func count(_ produced: Int) throws(SluiceError) {
        counts.textBytes &+= UInt64(produced)
        isOverLimit = true
        try plan.limits.checkLength(textBytes: counts.textBytes)
        try plan.limits.checkRatio(textBytes: counts.textBytes, storedBytes: stored.takenBytes)
        isOverLimit = false
    }

    /// Finds the innermost archive that can be read on, and names its member in the error.
    private func failed(_ error: SluiceError) -> SluiceError {
        text = nil
        var innermost: String?
        // Errors of the surroundings, and limits of the object, are nobody's member's fault; nor may one
        // member after another expand without bounds (trap G09).
        let isBomb = error.code == .codecLimit && levels.last?.fate.isGivenOut != false
        let isOfMember = error.code.blame == .object && !isOverLimit && !isBomb
        while let level = levels.last, level.reader.isBroken || !isOfMember {
            innermost = innermost ?? level.label
            // The archive is rejected with all that was not given out of it.
            if level.fate == .open { counts.members &-= 1 }
            leave(level)
        }
        let level = levels.last
        failedLabel = level?.label
        canContinue = level != nil && plan.archive?.merge == false
        if !canContinue { state = .failed }
        if let level { counts.reject(level) }
        guard let label = level?.label ?? innermost, !label.isEmpty else { return error }
        let place = level == nil ? "At member" : "Member"
        return SluiceError(
            error.code,
            "\(place) \(label): \(error.message)",
            hint: error.hint,
            cause: error.cause
        )
    }
}
