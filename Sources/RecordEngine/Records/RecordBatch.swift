internal import CSimdjson
internal import ExpressionLanguage

/// A few hundred records of a block: flat arrays of slices, reused from batch to batch.
///
/// Parsers fill it, steps change it, an encoder reads it. Values lie in the block's text or, where a step
/// made them, in the arena. Invariants: the fields of record `r` are `fields[r.first_field ..< r.first_field
/// + r.field_count]`, and behind them lie `spareFields` unused ones; every offset is within the text or the
/// arena's `count`.
@safe final class RecordBatch {
    /// Text that one batch takes in, in bytes; small enough that text, index and fields stay in the
    /// second-level cache.
    static let textBytes = 64 << 10
    /// The most records of one batch.
    static let maximumCount = 2_048

    /// The block's text, padded.
    private(set) var text: UnsafePointer<UInt8>
    /// `count` records, in order.
    let records: UnsafeMutablePointer<sluice_record>
    /// How many records there are; at most `maximumCount`.
    private(set) var count = 0
    /// Bytes of the block's text.
    private(set) var textCount = 0
    /// The unit that the block is part of.
    private(set) var unit = UnitContext.unknown
    /// Records of the block that were not taken.
    private(set) var passed = PassedRecords()
    /// What was carried on from the blocks before this one.
    private(set) var carry: [UInt8] = []
    /// Batches of the block so far, this one included.
    private var batchNumber = 0
    /// The outputs that steps named in this block; a record's `output` is a number of this table.
    let outputs = OutputTable()
    /// The records that the framer cut off because they are too long, by rising number.
    private(set) var truncated: [Int] = []
    private var nextMark = 0
    /// Which of them the partitions of this block have.
    let partitions = PartitionMemory()
    /// The fields of all records.
    private(set) var fields: UnsafeMutablePointer<sluice_field>
    private var fieldCapacity: Int
    /// One behind the last field that any record may use; nil until a step asks.
    private var fieldsEnd: Int?
    /// What an `aggregate` step folds the records into; nil where there is none.
    var groups: AggregateTable?
    /// Values that steps made.
    let arena = ByteBuffer(capacity: 64 << 10)
    /// The names that the function mentions.
    let symbols: SymbolLookup
    /// Fields that steps may add to one record.
    let spareFields: Int
    /// Memory of the expressions.
    let expressions: ExpressionMemory
    /// Memory of steps, by their numbers.
    private var memories: [Int: AnyObject] = [:]

    /// Makes an empty batch.
    init(symbols: SymbolLookup, spareFields: Int, expressions: ExpressionMemory) {
        self.symbols = symbols
        self.spareFields = spareFields
        self.expressions = expressions
        unsafe records = .allocate(capacity: Self.maximumCount)
        fieldCapacity = 16 << 10
        unsafe fields = .allocate(capacity: fieldCapacity)
        unsafe text = UnsafePointer(arena.base.assumingMemoryBound(to: UInt8.self))
    }

    deinit {
        unsafe records.deallocate()
        unsafe fields.deallocate()
    }

    /// Begins a block: its text, the unit it belongs to, and what was carried on from the blocks before it.
    func begin(_ block: borrowing Block) {
        unsafe text = UnsafePointer(block.text.base.assumingMemoryBound(to: UInt8.self))
        textCount = block.text.count
        unit = block.unit
        carry = block.carry
        outputs.removeAll()
        truncated.removeAll(keepingCapacity: true)
        nextMark = 0
        passed.removeAll()
        partitions.removeAll()
        count = 0
        batchNumber = 0
    }

    /// What a step keeps from batch to batch in one thread, made when it is asked for the first time; it must
    /// not remember records.
    func memory<Memory: AnyObject>(_ number: Int, _ make: () -> Memory) -> Memory {
        if let known = memories[number] as? Memory { return known }
        let made = make()
        memories[number] = made
        return made
    }

    /// Whether the records are the first of their block, so that what a parser learned from the batch before
    /// says nothing about them.
    var isFirstOfBlock: Bool { batchNumber == 1 }

    /// Takes the next lines of the block, from `start`; returns where the following one begins.
    func takeLines(from start: Int) -> Int {
        arena.removeAll()
        fieldsEnd = nil
        batchNumber &+= 1
        var next = start
        let softEnd = min(start + Self.textBytes, textCount)
        unsafe count = sluice_split(text, start, softEnd, textCount, records, Self.maximumCount, &next)
        return next
    }

    /// Takes the next lines that hold `wanted`, from `start`, and passes over all others; returns where the
    /// following line begins.
    ///
    /// Plan: one search through the bytes instead of a look at each line; what lies between two hits is only
    /// counted.
    func takeLines(holding wanted: [UInt8], from start: Int) -> Int {
        arena.removeAll()
        fieldsEnd = nil
        batchNumber &+= 1
        passed.removeAll()
        count = 0
        var next = start
        var taken = 0
        while next < textCount, count < Self.maximumCount, taken < Self.textBytes {
            let hit = unsafe sluice_find_text(text + next, text + textCount, wanted, wanted.count) - text
            let between = unsafe UnsafeRawBufferPointer(start: text + next, count: hit - next)
            // What stands behind the last line feed belongs to the line of the hit.
            let rest = unsafe Newlines.last(in: between).map { $0 + 1 } ?? 0
            let lines = unsafe Newlines.count(in: UnsafeRawBufferPointer(rebasing: between[..<rest]))
            if hit == textCount {
                passed.behind = UInt32(lines + (rest < between.count ? 1 : 0))
                return textCount
            }
            passed.append(lines)
            next += rest
            let from = next
            unsafe count += sluice_split(text, from, from + 1, textCount, records + count, 1, &next)
            taken += next - from
        }
        return next
    }

    /// Takes the next records of an index, from number `start`; returns the number of the following one.
    func take(_ index: RecordIndex, from start: Int) -> Int {
        arena.removeAll()
        fieldsEnd = nil
        batchNumber &+= 1
        count = 0
        let slices = index.slices
        var bytes = 0
        while start + count < slices.count, count < Self.maximumCount, bytes < Self.textBytes {
            let slice = slices[start + count]
            unsafe records[count] = sluice_record(
                offset: slice.offset,
                length: slice.length,
                first_field: 0,
                field_count: 0,
                detail: 0,
                output: 0,
                state: UInt8(SLUICE_LIVE),
                reason: 0,
                is_changed: 0,
                step: 0
            )
            bytes += Int(slice.length)
            count += 1
        }
        apply(index.marks, from: start)
        return start + count
    }

    /// Rejects and notes the records that the framer marked; `start` is the number of the first one.
    private func apply(_ marks: [RecordIndex.Mark], from start: Int) {
        truncated.removeAll(keepingCapacity: true)
        while nextMark < marks.count, marks[nextMark].slice < start + count {
            let mark = marks[nextMark]
            if let reason = mark.reason {
                unsafe records[mark.slice - start].reject(reason)
            } else {
                truncated.append(mark.slice - start)
            }
            nextMark += 1
        }
    }

    /// Makes room for further fields behind those of all records; returns where they may be put.
    func roomForFields(_ wanted: Int) -> Int {
        var end = fieldsEnd ?? 0
        if fieldsEnd == nil {
            for index in 0..<count {
                // Also of a record without fields: its spare ones are its own.
                end = max(end, unsafe records[index].fieldRange.upperBound + spareFields)
            }
        }
        if end + wanted > fieldCapacity {
            let capacity = 2 * fieldCapacity + wanted
            let grown = UnsafeMutablePointer<sluice_field>.allocate(capacity: capacity)
            unsafe grown.moveInitialize(from: fields, count: min(end, fieldCapacity))
            unsafe fields.deallocate()
            unsafe fields = grown
            fieldCapacity = capacity
        }
        fieldsEnd = end + wanted
        return end
    }

    /// Makes room for `wanted` fields of all records together, and for the spare ones; forgets the fields.
    func reserveFields(_ wanted: Int) {
        let total = wanted + count * spareFields
        if total <= fieldCapacity { return }
        unsafe fields.deallocate()
        fieldCapacity = total + total / 4
        unsafe fields = .allocate(capacity: fieldCapacity)
    }

    /// Bytes from the first record's start to the last one's end.
    var textExtent: Int { textExtent(of: 0..<count) }

    /// Bytes from the start of the first of these records to the end of the last.
    func textExtent(of range: Range<Int>) -> Int {
        if range.isEmpty { return 0 }
        let last = unsafe records[range.upperBound - 1]
        return unsafe Int(last.offset) + Int(last.length) - Int(records[range.lowerBound].offset)
    }

    /// How many records are neither dropped nor rejected.
    var liveCount: Int {
        var live = 0
        for index in 0..<count {
            if unsafe records[index].isLive { live &+= 1 }
        }
        return live
    }
}

extension sluice_record {
    /// Whether later steps see the record.
    @inline(__always)
    var isLive: Bool { state == UInt8(SLUICE_LIVE) }

    /// Takes the record out on purpose.
    @inline(__always)
    mutating func drop() { state = UInt8(SLUICE_DROPPED) }

    /// Takes the record out because one like it was seen before.
    @inline(__always)
    mutating func deduplicate() { state = UInt8(SLUICE_DEDUPLICATED) }

    /// Takes the record out because its group holds what it says.
    @inline(__always)
    mutating func aggregate() { state = UInt8(SLUICE_AGGREGATED) }

    /// Takes the record out because it cannot be read or processed.
    @inline(__always)
    mutating func reject(_ reason: RejectReason, detail: Int = RejectReason.noDetail) {
        state = UInt8(SLUICE_REJECTED)
        self.reason = reason.rawValue
        self.detail = UInt32(truncatingIfNeeded: detail)
    }
}

extension sluice_field {
    /// Whether a step took the field away.
    @inline(__always)
    var isRemoved: Bool { flags & UInt8(SLUICE_REMOVED) != 0 }

    /// Whether the value holds escapes of JSON.
    @inline(__always)
    var isEscaped: Bool { flags & UInt8(SLUICE_VALUE_ESCAPED) != 0 }

    /// A field whose name the function knows and whose value lies in the block.
    @inline(__always)
    static func named(_ symbol: UInt16, tag: Int, offset: Int, length: Int) -> sluice_field {
        sluice_field(
            name_offset: 0,
            name_length: 0,
            value_offset: UInt32(truncatingIfNeeded: offset),
            value_length: UInt32(truncatingIfNeeded: length),
            symbol: symbol,
            tag: UInt8(truncatingIfNeeded: tag),
            flags: UInt8(SLUICE_NAMED)
        )
    }
}
