/// Memory of one thread for one `aggregate` step: what is known of the record that is being folded.
@safe final class AggregateScratch {
    /// For each slot the place of its field among the batch's; −1 where the record has none.
    let places: UnsafeMutablePointer<Int32>
    /// The record's numbers; of a value that is null or absent, `isPresent` is false.
    let numbers: UnsafeMutablePointer<FoldedNumber>
    /// Which of the numbers there are.
    let isPresent: UnsafeMutablePointer<Bool>
    /// Memory for the record's key.
    let key = ByteBuffer(capacity: 1_024)
    /// A number that an expression made.
    let digits = ByteBuffer()

    /// Room for one record.
    init(_ plan: AggregatePlan) {
        unsafe places = .allocate(capacity: max(plan.slotCount, 1))
        unsafe numbers = .allocate(capacity: max(plan.numbers.count, 1))
        unsafe numbers.initialize(repeating: FoldedNumber(), count: max(plan.numbers.count, 1))
        unsafe isPresent = .allocate(capacity: max(plan.numbers.count, 1))
        unsafe isPresent.initialize(repeating: false, count: max(plan.numbers.count, 1))
    }

    deinit {
        unsafe places.deallocate()
        unsafe numbers.deallocate()
        unsafe isPresent.deallocate()
    }
}
