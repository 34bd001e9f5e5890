internal import ExpressionLanguage

/// What `aggregate` computes of one group.
enum AggregateFunction: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case count, sum, min, max, avg, distinct, quantile

    /// Whether it takes numbers.
    var takesNumbers: Bool { self != .count && self != .distinct }
}

/// One `aggregate` step as it was compiled: how a record's group is found, and where in a group's memory
/// each value lies. Immutable.
final class AggregatePlan: Sendable {
    /// Where one part of a group's key comes from.
    enum Key: Sendable {
        /// A field, by its slot.
        case field(Int)
        /// A computed value.
        case expression(ExpressionBinding)
        /// The beginning of the window that the time in a field lies in.
        case window(AggregateWindow)
    }

    /// One value of the output rows.
    struct Value: Sendable {
        /// How it is computed.
        let function: AggregateFunction
        /// Slot of its field; −1 where it has none.
        let slot: Int
        /// Which of the record's numbers it takes; −1 where it takes none.
        let number: Int
        /// Where its state lies in a group's entry; for sketches, which of the group's it is.
        let place: Int
        /// Bits of a sketch; 0 for others.
        let bits: Int
        /// Which quantile.
        let share: Double
    }

    /// Bytes in front of a group's states: its hash, and where its key lies.
    static let headerBytes = 32
    /// The parts of the key; a window is the first.
    let keys: [Key]
    /// The slot of each part that is a field; −1 for the others.
    let keySlots: [Int]
    /// The values.
    let values: [Value]
    /// Symbols of the output's fields: those of the keys, then those of the values.
    let outputs: [UInt16]
    /// From symbol to slot; −1 where no slot has it.
    let slots: [Int16]
    /// How many fields are looked for.
    let slotCount: Int
    /// The slots of the fields that must be numbers, each once.
    let numbers: [Int]
    /// Bytes of a group's entry.
    let stride: Int
    /// Sketches of different values in each group.
    let distinctCount: Int
    /// Sketches of distributions in each group.
    let quantileCount: Int
    /// The most groups.
    let maximumGroups: Int
    /// The most bytes of all groups together.
    let maximumBytes: Int
    /// SHA-256 of what partial results depend on.
    let signature: [UInt8]

    /// Lays out what `draft` gathered.
    init(_ draft: AggregateDraft, maximumGroups: Int, maximumBytes: Int, semantics: Int) {
        keys = draft.keys
        keySlots = draft.keys.map { key in
            if case .field(let slot) = key { slot } else { -1 }
        }
        outputs = draft.outputs
        slots = draft.slots
        slotCount = draft.slotCount
        numbers = draft.numbers
        self.maximumGroups = maximumGroups
        self.maximumBytes = maximumBytes
        var at = Self.headerBytes
        var distincts = 0
        var quantiles = 0
        // States hold 16-byte integers; a count comes last, so that it leaves no gap.
        var places = [Int](repeating: 0, count: draft.values.count)
        for (index, value) in draft.values.enumerated() {
            switch value.function {
            case .sum, .avg:
                places[index] = at
                at += MemoryLayout<SumState>.stride
            case .min, .max:
                places[index] = at
                at += MemoryLayout<BoundState>.stride
            case .distinct:
                places[index] = distincts
                distincts += 1
            case .quantile:
                places[index] = quantiles
                quantiles += 1
            case .count: break
            }
        }
        for (index, value) in draft.values.enumerated() where value.function == .count {
            places[index] = at
            at += MemoryLayout<UInt64>.stride
        }
        values = zip(draft.values, places).map { value, place in
            Value(
                function: value.function,
                slot: value.slot,
                number: value.number,
                place: place,
                bits: value.bits,
                share: value.share
            )
        }
        stride = (at + 15) & ~15
        distinctCount = distincts
        quantileCount = quantiles
        var digest = SHA256()
        digest.update("aggregate@\(semantics)".utf8)
        for line in draft.signature { digest.update("\n\(line)".utf8) }
        signature = digest.finish()
    }
}

/// What is gathered while an `aggregate` step is compiled.
struct AggregateDraft {
    /// As in the plan.
    var keys: [AggregatePlan.Key] = []
    /// As in the plan, without places.
    var values: [AggregatePlan.Value] = []
    /// As in the plan.
    var outputs: [UInt16] = []
    /// As in the plan.
    private(set) var slots: [Int16] = []
    /// As in the plan.
    private(set) var slotCount = 0
    /// As in the plan.
    private(set) var numbers: [Int] = []
    /// Names of the output's fields.
    private(set) var names: [String] = []
    /// What partial results depend on, in order.
    var signature: [String] = []

    /// The slot of a symbol.
    mutating func slot(of symbol: UInt16) -> Int {
        while slots.count <= Int(symbol) { slots.append(-1) }
        if slots[Int(symbol)] < 0 {
            slots[Int(symbol)] = Int16(clamping: slotCount)
            slotCount += 1
        }
        return Int(slots[Int(symbol)])
    }

    /// Which of the record's numbers the field in a slot is.
    mutating func number(inSlot slot: Int) -> Int {
        if let known = numbers.firstIndex(of: slot) { return known }
        numbers.append(slot)
        return numbers.count - 1
    }

    /// Notes a field of the output; false where it has that name already.
    mutating func addName(_ name: String) -> Bool {
        if names.contains(name) { return false }
        names.append(name)
        return true
    }
}
