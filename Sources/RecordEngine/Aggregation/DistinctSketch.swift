/// How many different values there are, about: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007) over
/// 64-bit hashes, with the estimator of O. Ertl (New cardinality estimation algorithms for HyperLogLog
/// sketches, 2017, section 3), whose standard error is 1.04 / √registers over the whole range.
///
/// While few registers are set, they are a sorted list; which form a sketch has depends on the registers
/// alone, so sketches that took the same values are the same, in whatever order.
struct DistinctSketch: Equatable {
    /// What `precision` may be: the number of registers is two to its power.
    static let precisions = 4...16

    /// Bits of the hash that choose the register.
    let precision: Int
    /// Register × 256 + rank, by rising register; empty once they are many.
    private(set) var sparse: [UInt32] = []
    /// All ranks, or nothing while they are few.
    private(set) var registers: [UInt8] = []

    /// No values yet.
    init(precision: Int) { self.precision = precision }

    /// The most registers that are kept as a list: the list is then as large as the registers.
    private var sparseLimit: Int { 1 << (precision - 2) }
    /// The largest rank that a hash can have.
    var maximumRank: Int { 65 - precision }
    /// Bytes of memory, about.
    var byteCount: Int { 48 + sparse.capacity * 4 + registers.count }

    /// Takes a value by its hash.
    mutating func add(_ hash: UInt64) {
        let register = Int(truncatingIfNeeded: hash &>> UInt64(64 &- precision))
        let rest = hash &<< UInt64(precision) | 1 &<< UInt64(precision &- 1)
        raise(register, to: UInt8(truncatingIfNeeded: rest.leadingZeroBitCount &+ 1))
    }

    /// Takes what another sketch of the same precision took.
    mutating func merge(_ other: DistinctSketch) {
        for entry in other.sparse { raise(Int(entry >> 8), to: UInt8(truncatingIfNeeded: entry)) }
        if other.registers.isEmpty { return }
        spread()
        for index in registers.indices where registers[index] < other.registers[index] {
            registers[index] = other.registers[index]
        }
    }

    /// Notes that a register is at least so high.
    mutating func raise(_ register: Int, to rank: UInt8) {
        if !registers.isEmpty {
            if registers[register] < rank { registers[register] = rank }
            return
        }
        var low = 0
        var high = sparse.count
        while low < high {
            let middle = (low &+ high) &>> 1
            if Int(sparse[middle] &>> 8) < register { low = middle &+ 1 } else { high = middle }
        }
        let entry = UInt32(truncatingIfNeeded: register) &<< 8 | UInt32(rank)
        if low < sparse.count, Int(sparse[low] &>> 8) == register {
            sparse[low] = max(sparse[low], entry)
        } else {
            sparse.insert(entry, at: low)
            if sparse.count > sparseLimit { spread() }
        }
    }

    /// Makes registers of the list.
    private mutating func spread() {
        guard registers.isEmpty else { return }
        registers = [UInt8](repeating: 0, count: 1 << precision)
        for entry in sparse { registers[Int(entry >> 8)] = UInt8(truncatingIfNeeded: entry) }
        sparse = []
    }

    /// The estimate, rounded.
    var estimate: UInt64 {
        var counts = [Double](repeating: 0, count: maximumRank + 1)
        if registers.isEmpty {
            for entry in sparse { counts[Int(entry & 0xFF)] += 1 }
            counts[0] = Double((1 << precision) - sparse.count)
        } else {
            for rank in registers { counts[Int(rank)] += 1 }
        }
        let size = Double(1 << precision)
        if counts[0] == size { return 0 }
        var sum = size * Self.tau(1 - counts[maximumRank] / size)
        for rank in (1..<maximumRank).reversed() { sum = 0.5 * (sum + counts[rank]) }
        sum += size * Self.sigma(counts[0] / size)
        // 1 / (2 ln 2)
        return UInt64((0.721_347_520_444_481_7 * size * size / sum).rounded())
    }

    private static func sigma(_ start: Double) -> Double {
        var (x, y, z) = (start, 1.0, start)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ start: Double) -> Double {
        if start == 0 || start == 1 { return 0 }
        var (x, y, z) = (start, 1.0, 1 - start)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}
