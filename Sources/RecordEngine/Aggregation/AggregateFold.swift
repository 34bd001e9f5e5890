internal import CSimdjson
internal import ExpressionLanguage

/// Folds the records of one batch into a table.
///
/// Plan: one look at each of the record's fields finds those that matter; the numbers are read before
/// anything is changed, so that a record that is rejected leaves no trace; then the key is written into
/// scratch memory, hashed, found, and the states that lie behind its header are changed in place. All that is
/// looked at for each record is held by plain pointers: a look into an object costs a check of exclusive
/// access, and ten of those cost as much as all the rest.
@unsafe struct AggregateFold {
    /// What is folded.
    let batch: RecordBatch
    /// Whose memory the pointers are.
    let scratch: AggregateScratch
    private let plan: AggregatePlan
    private let table: AggregateTable
    private let fields: UnsafeMutablePointer<sluice_field>
    private let text: UnsafePointer<UInt8>
    private let places: UnsafeMutablePointer<Int32>
    private let numbers: UnsafeMutablePointer<FoldedNumber>
    private let isPresent: UnsafeMutablePointer<Bool>
    private var view: AggregateTable.View
    private var window: AggregateWindow.Run
    private var key: UnsafeMutableRawPointer
    private var keyCount = 0
    private var keyCapacity: Int
    /// The arena at the beginning of every record; what was decoded is needed no longer than its record.
    private let mark: Int
    private var isArenaUsed: Bool

    /// Prepares a batch.
    init(_ batch: RecordBatch, into table: AggregateTable, _ scratch: AggregateScratch) {
        unsafe self.batch = batch
        unsafe self.scratch = scratch
        unsafe self.table = table
        unsafe plan = table.plan
        unsafe fields = batch.fields
        unsafe text = batch.text
        unsafe places = scratch.places
        unsafe numbers = scratch.numbers
        unsafe isPresent = scratch.isPresent
        unsafe view = table.view
        unsafe window = AggregateWindow.Run(batch)
        unsafe key = scratch.key.base
        unsafe keyCapacity = scratch.key.capacity
        unsafe mark = batch.arena.count
        unsafe isArenaUsed = false
    }

    /// Folds all live records, or rejects them.
    mutating func run() {
        var records: UInt64 = 0
        let all = unsafe batch.records
        for index in unsafe 0..<batch.count where unsafe all[index].isLive {
            let record = unsafe all[index]
            unsafe find(record)
            if let reason = unsafe readNumbers() ?? makeKey(record) {
                unsafe all[index].reject(reason)
            } else {
                let bytes = unsafe UnsafeRawBufferPointer(start: key, count: keyCount)
                let hash = unsafe AggregateTable.hash(bytes)
                if let group = unsafe view.find(bytes, hash) {
                    unsafe fold(into: group)
                } else {
                    let group = unsafe table.add(bytes, hash)
                    unsafe view = unsafe table.view
                    unsafe fold(into: group)
                }
                records &+= 1
                unsafe all[index].aggregate()
            }
            if unsafe isArenaUsed {
                unsafe batch.arena.count = unsafe mark
                unsafe isArenaUsed = false
            }
        }
        unsafe table.records &+= records
    }

    /// Finds the fields of a record; of several of a name the last counts.
    @inline(__always)
    private func find(_ record: sluice_record) {
        for slot in unsafe 0..<plan.slotCount { unsafe places[slot] = -1 }
        unsafe plan.slots.withUnsafeBufferPointer { slots in
            for index in record.fieldRange {
                let symbol = unsafe Int(fields[index].symbol)
                if symbol == 0 || symbol >= slots.count { continue }
                let slot = unsafe Int(slots[symbol])
                if unsafe slot < 0 || fields[index].isRemoved { continue }
                unsafe places[slot] = Int32(truncatingIfNeeded: index)
            }
        }
    }

    /// The field in a slot; nil where it is absent or null.
    @inline(__always)
    private func field(_ slot: Int) -> sluice_field? {
        let place = unsafe Int(places[slot])
        guard place >= 0 else { return nil }
        let field = unsafe fields[place]
        return field.tag == UInt8(SLUICE_NULL) ? nil : field
    }

    /// Where a field's value begins.
    @inline(__always)
    private func start(of field: sluice_field) -> UnsafePointer<UInt8> {
        if field.flags & UInt8(SLUICE_IN_ARENA) != 0 { return unsafe batch.start(of: field) }
        return unsafe text + Int(field.value_offset)
    }

    /// Reads the record's numbers; why it is rejected where one of them is none.
    @inline(__always)
    private func readNumbers() -> RejectReason? {
        for number in unsafe 0..<plan.numbers.count {
            guard let field = unsafe field(plan.numbers[number]) else {
                unsafe isPresent[number] = false
                continue
            }
            guard field.tag == UInt8(SLUICE_NUMBER) else { return .notNumber }
            let length = Int(field.value_length)
            guard let read = unsafe FoldedNumber.read(start(of: field), count: length) else {
                return .notFinite
            }
            unsafe numbers[number] = read
            unsafe isPresent[number] = true
        }
        return nil
    }

    /// Writes the record's key; why it is rejected where it has none.
    @inline(__always)
    private mutating func makeKey(_ record: sluice_record) -> RejectReason? {
        unsafe keyCount = 0
        for place in unsafe 0..<plan.keySlots.count {
            let slot = unsafe plan.keySlots[place]
            if slot >= 0 {
                unsafe addField(slot)
            } else if let reason = unsafe addOther(plan.keys[place], record) {
                return reason
            }
        }
        return nil
    }

    @inline(__always)
    private mutating func append(_ tag: Int, _ bytes: UnsafePointer<UInt8>? = nil, count: Int = 0) {
        unsafe reserveKey(count &+ GroupKey.overhead)
        unsafe keyCount &+= unsafe GroupKey.write(
            UInt8(truncatingIfNeeded: tag),
            bytes,
            count: count,
            at: key + keyCount
        )
    }

    @inline(__always)
    private mutating func reserveKey(_ added: Int) {
        if unsafe keyCount &+ added > keyCapacity { unsafe growKey(added) }
    }

    @inline(never)
    private mutating func growKey(_ added: Int) {
        unsafe scratch.key.count = unsafe keyCount
        unsafe scratch.key.reserve(added)
        unsafe key = unsafe scratch.key.base
        unsafe keyCapacity = unsafe scratch.key.capacity
    }

    /// Text is decoded; true and false have no bytes.
    @inline(__always)
    private mutating func addField(_ slot: Int) {
        guard let field = unsafe field(slot) else { return unsafe append(SLUICE_NULL) }
        let length = Int(field.value_length)
        switch Int(field.tag) {
        case SLUICE_STRING where !field.isEscaped:
            unsafe append(SLUICE_TEXT, start(of: field) + 1, count: length &- 2)
        case SLUICE_STRING:
            unsafe append(SLUICE_TEXT, decoded(field))
        case SLUICE_TRUE, SLUICE_FALSE: unsafe append(Int(field.tag))
        default: unsafe append(Int(field.tag), start(of: field), count: length)
        }
    }

    /// The text of an escaped string, in the arena.
    private mutating func decoded(_ field: sluice_field) -> UnsafeRawBufferPointer {
        unsafe isArenaUsed = true
        unsafe batch.arena.reserve(Int(field.value_length))
        return unsafe batch.plainText(of: field)
    }

    private mutating func append(_ tag: Int, _ bytes: UnsafeRawBufferPointer) {
        unsafe append(tag, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }

    /// A part of the key that is no field.
    private mutating func addOther(_ part: AggregatePlan.Key, _ record: sluice_record) -> RejectReason? {
        switch part {
        case .field(let slot): unsafe addField(slot)
        case .expression(let binding):
            unsafe isArenaUsed = true
            return unsafe add(binding.evaluate(record, in: batch))
        case .window(let window):
            guard let field = unsafe field(window.slot) else {
                unsafe append(SLUICE_NULL)
                break
            }
            if field.isEscaped { unsafe isArenaUsed = true }
            switch unsafe window.begin(of: field, in: batch, &self.window) {
            case nil: unsafe append(SLUICE_NULL)
            case .failure(let failure): return failure.reason
            case .success(let seconds):
                unsafe reserveKey(GroupKey.overhead)
                unsafe keyCount &+= unsafe GroupKey.write(time: seconds, at: key + keyCount)
            }
        }
        return nil
    }

    /// Appends what an expression made.
    private mutating func add(_ value: ExpressionValue) -> RejectReason? {
        let digits = unsafe scratch.digits
        digits.removeAll()
        switch value {
        case .null: unsafe append(SLUICE_NULL)
        case .bool(let isTrue): unsafe append(isTrue ? SLUICE_TRUE : SLUICE_FALSE)
        case .string(let bytes): unsafe append(SLUICE_TEXT, bytes)
        case .composite(let bytes): unsafe append(SLUICE_COMPOSITE, bytes)
        case .int(let number):
            if number < 0 { digits.append(UInt8(ascii: "-")) }
            FoldedNumber.append(UInt128(number.magnitude), digits: 1, to: digits)
        case .uint(let number): FoldedNumber.append(UInt128(number), digits: 1, to: digits)
        case .double(let number):
            guard number.isFinite else { return .notFinite }
            FoldedNumber.append(number, to: digits)
        case .error(let fault): return RejectReason(fault)
        }
        if digits.count > 0 { unsafe append(SLUICE_NUMBER, digits.bytes) }
        return nil
    }

    @inline(__always)
    private mutating func fold(into group: Int) {
        let entry = unsafe view.entries + group &* view.stride
        for place in unsafe 0..<plan.values.count {
            let value = unsafe plan.values[place]
            switch value.function {
            case .count:
                if unsafe value.slot >= 0 && field(value.slot) == nil { continue }
                unsafe (entry + value.place).assumingMemoryBound(to: UInt64.self).pointee &+= 1
            case .distinct: unsafe addDistinct(value, to: group)
            default:
                if unsafe !isPresent[value.number] { continue }
                let number = unsafe numbers[value.number]
                switch value.function {
                case .sum, .avg:
                    unsafe (entry + value.place).assumingMemoryBound(to: SumState.self).pointee.add(number)
                case .min, .max:
                    let state = unsafe (entry + value.place).assumingMemoryBound(to: BoundState.self)
                    unsafe state.pointee.take(number, isMaximum: value.function == .max)
                default:
                    let sketch = unsafe table.quantileIndex(value, of: group)
                    unsafe table.quantiles[sketch].add(number.approximate)
                }
            }
        }
    }

    /// Values are the same as in keys: text decoded, and `1` and `"1"` differ.
    private mutating func addDistinct(_ value: AggregatePlan.Value, to group: Int) {
        guard let field = unsafe field(value.slot) else { return }
        if field.isEscaped { unsafe isArenaUsed = true }
        if field.isEscaped { unsafe batch.arena.reserve(Int(field.value_length)) }
        var hash = StableHash()
        let isText = field.tag == UInt8(SLUICE_STRING) || field.tag == UInt8(SLUICE_TEXT)
        hash.add(isText ? UInt64(SLUICE_TEXT) : UInt64(field.tag))
        unsafe hash.add(batch.plainText(of: field))
        let sketch = unsafe table.distinctIndex(value, of: group)
        unsafe table.distincts[sketch].add(hash.finished().low)
    }
}
