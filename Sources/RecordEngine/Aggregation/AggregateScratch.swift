internal import CSimdjson

/// Memory of one thread for one `aggregate` step: what is known of the record that is being folded.
@safe final class AggregateScratch {
    /// For each slot the place of its field among the batch's; −1 where the record has none.
    let places: UnsafeMutableBufferPointer<Int32>
    /// The record's numbers; of a value that is null or absent, `isPresent` is false.
    let numbers: UnsafeMutableBufferPointer<FoldedNumber>
    /// Which of the numbers there are.
    let isPresent: UnsafeMutableBufferPointer<Bool>
    /// The record's key.
    let key = ByteBuffer()
    /// A number that an expression made.
    let digits = ByteBuffer()

    /// Room for one record.
    init(_ plan: AggregatePlan) {
        unsafe places = .allocate(capacity: max(plan.slotCount, 1))
        unsafe numbers = .allocate(capacity: max(plan.numbers.count, 1))
        unsafe numbers.initialize(repeating: FoldedNumber())
        unsafe isPresent = .allocate(capacity: max(plan.numbers.count, 1))
        unsafe isPresent.initialize(repeating: false)
    }

    deinit {
        unsafe places.deallocate()
        unsafe numbers.deallocate()
        unsafe isPresent.deallocate()
    }

    /// Finds the fields of a record; of several of a name the last counts.
    @inline(__always)
    func find(_ record: sluice_record, in batch: RecordBatch, _ plan: AggregatePlan) {
        for slot in 0..<plan.slotCount { unsafe places[slot] = -1 }
        let fields = unsafe batch.fields
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
    func field(_ slot: Int, in batch: RecordBatch) -> sluice_field? {
        let place = unsafe Int(places[slot])
        guard place >= 0 else { return nil }
        let field = unsafe batch.fields[place]
        return field.tag == UInt8(SLUICE_NULL) ? nil : field
    }

    /// Reads the record's numbers; why it is rejected where one of them is none.
    @inline(__always)
    func readNumbers(in batch: RecordBatch, _ plan: AggregatePlan) -> RejectReason? {
        for number in 0..<plan.numbers.count {
            guard let field = field(plan.numbers[number], in: batch) else {
                unsafe isPresent[number] = false
                continue
            }
            guard field.tag == UInt8(SLUICE_NUMBER) else { return .notNumber }
            let length = Int(field.value_length)
            guard let read = unsafe FoldedNumber.read(batch.start(of: field), count: length) else {
                return .notFinite
            }
            unsafe numbers[number] = read
            unsafe isPresent[number] = true
        }
        return nil
    }
}
