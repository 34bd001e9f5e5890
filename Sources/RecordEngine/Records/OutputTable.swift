/// The outputs that a function's steps named in one block, numbered from 1; 0 is the one without a name.
final class OutputTable {
    /// Name `i` has number `i + 1`.
    private(set) var names: [OutputName] = []
    private var numbers: [OutputName: UInt32] = [:]

    /// An empty table.
    init() {}

    /// How many names there are.
    var count: Int { names.count }

    /// The number of a name, which is new where no record of the block has it yet.
    func number(of name: OutputName) -> UInt32 {
        if let known = numbers[name] { return known }
        names.append(name)
        let number = UInt32(names.count)
        numbers[name] = number
        return number
    }

    /// Forgets the names.
    func removeAll() {
        if names.isEmpty { return }
        names.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
    }
}
