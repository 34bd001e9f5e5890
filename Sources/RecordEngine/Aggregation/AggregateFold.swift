internal import CSimdjson
internal import ExpressionLanguage

/// Folds the records of one batch into a table.
///
/// Plan: one look at each of the record's fields finds those that matter; the numbers are read before
/// anything is changed, so that a record that is rejected leaves no trace; then the key is written into
/// scratch memory, hashed, found, and the states that lie behind its header are changed in place.
struct AggregateFold {
    private let batch: RecordBatch
    private let plan: AggregatePlan
    private let table: AggregateTable
    private let scratch: AggregateScratch
    private var window: AggregateWindow.Run

    /// Prepares a batch.
    init(_ batch: RecordBatch, into table: AggregateTable, _ scratch: AggregateScratch) {
        self.batch = batch
        plan = table.plan
        self.table = table
        self.scratch = scratch
        window = AggregateWindow.Run(batch)
    }

    /// Folds all live records, or rejects them.
    mutating func run() {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            scratch.find(record, in: batch, plan)
            let mark = batch.arena.count
            if let reason = scratch.readNumbers(in: batch, plan) ?? makeKey(record) {
                unsafe batch.records[index].reject(reason)
            } else {
                let key = unsafe scratch.key.bytes
                let group = unsafe table.group(of: key, AggregateTable.hash(key))
                fold(into: group)
                table.records &+= 1
                unsafe batch.records[index].aggregate()
            }
            // What was decoded is needed no longer than this.
            batch.arena.count = mark
        }
    }

    /// Writes the record's key; why it is rejected where it has none.
    @inline(__always)
    private mutating func makeKey(_ record: sluice_record) -> RejectReason? {
        scratch.key.removeAll()
        for place in 0..<plan.keys.count {
            switch plan.keys[place] {
            case .field(let slot): addField(slot)
            case .expression(let binding):
                if let reason = add(binding.evaluate(record, in: batch)) { return reason }
            case .window(let window):
                guard let field = scratch.field(window.slot, in: batch),
                    let begin = window.begin(of: field, in: batch, &self.window)
                else {
                    GroupKey.append(SLUICE_NULL, to: scratch.key)
                    continue
                }
                switch begin {
                case .success(let seconds): GroupKey.append(time: seconds, to: scratch.key)
                case .failure(let failure): return failure.reason
                }
            }
        }
        return nil
    }

    @inline(__always)
    private func addField(_ slot: Int) {
        guard let field = scratch.field(slot, in: batch) else {
            GroupKey.append(SLUICE_NULL, to: scratch.key)
            return
        }
        let tag = Int(field.tag)
        if tag == SLUICE_TRUE || tag == SLUICE_FALSE {
            GroupKey.append(tag, to: scratch.key)
            return
        }
        if field.isEscaped { batch.arena.reserve(Int(field.value_length)) }
        let shown = tag == SLUICE_STRING ? UInt8(SLUICE_TEXT) : field.tag
        unsafe GroupKey.append(shown, batch.plainText(of: field), to: scratch.key)
    }

    /// Appends what an expression made.
    private func add(_ value: ExpressionValue) -> RejectReason? {
        let digits = scratch.digits
        digits.removeAll()
        switch value {
        case .null: GroupKey.append(SLUICE_NULL, to: scratch.key)
        case .bool(let isTrue): GroupKey.append(isTrue ? SLUICE_TRUE : SLUICE_FALSE, to: scratch.key)
        case .string(let bytes): unsafe GroupKey.append(UInt8(SLUICE_TEXT), bytes, to: scratch.key)
        case .composite(let bytes): unsafe GroupKey.append(UInt8(SLUICE_COMPOSITE), bytes, to: scratch.key)
        case .int(let number):
            if number < 0 { digits.append(UInt8(ascii: "-")) }
            FoldedNumber.append(UInt128(number.magnitude), digits: 1, to: digits)
        case .uint(let number): FoldedNumber.append(UInt128(number), digits: 1, to: digits)
        case .double(let number):
            guard number.isFinite else { return .notFinite }
            FoldedNumber.append(number, to: digits)
        case .error(let fault): return RejectReason(fault)
        }
        if digits.count > 0 { unsafe GroupKey.append(UInt8(SLUICE_NUMBER), digits.bytes, to: scratch.key) }
        return nil
    }

    @inline(__always)
    private func fold(into group: Int) {
        for place in 0..<plan.values.count {
            let value = plan.values[place]
            switch value.function {
            case .count:
                if value.slot >= 0, scratch.field(value.slot, in: batch) == nil { continue }
                unsafe table.counter(value, of: group).pointee &+= 1
            case .distinct: addDistinct(value, to: group)
            default:
                if unsafe !scratch.isPresent[value.number] { continue }
                unsafe add(scratch.numbers[value.number], value, to: group)
            }
        }
    }

    @inline(__always)
    private func add(_ number: FoldedNumber, _ value: AggregatePlan.Value, to group: Int) {
        switch value.function {
        case .sum, .avg: unsafe table.sum(value, of: group).pointee.add(number)
        case .min: unsafe table.bound(value, of: group).pointee.take(number, isMaximum: false)
        case .max: unsafe table.bound(value, of: group).pointee.take(number, isMaximum: true)
        default: table.quantiles[table.quantileIndex(value, of: group)].add(number.approximate)
        }
    }

    /// Values are the same as in keys: text decoded, and `1` and `"1"` differ.
    private func addDistinct(_ value: AggregatePlan.Value, to group: Int) {
        guard let field = scratch.field(value.slot, in: batch) else { return }
        if field.isEscaped { batch.arena.reserve(Int(field.value_length)) }
        var hash = StableHash()
        let isText = field.tag == UInt8(SLUICE_STRING) || field.tag == UInt8(SLUICE_TEXT)
        hash.add(isText ? UInt64(SLUICE_TEXT) : UInt64(field.tag))
        unsafe hash.add(batch.plainText(of: field))
        table.distincts[table.distinctIndex(value, of: group)].add(hash.finished().low)
    }
}
