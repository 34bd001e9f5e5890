internal import CSimdjson
internal import EventModel

/// Makes a table of the groups of a partial result; believes nothing.
///
/// What it accepts is what a table holds: keys in their order and each once, text that is UTF-8, numbers and
/// values that are JSON, sketches whose registers exist.
struct PartialDecoder {
    private let plan: AggregatePlan
    private let table: AggregateTable
    private let values = JSONValueReader()
    private let arena = ByteBuffer()

    /// Prepares a table for the groups.
    init(_ plan: AggregatePlan) {
        self.plan = plan
        table = AggregateTable(plan)
    }

    /// Reads all groups.
    func read(_ reader: inout PartialReader) throws(SluiceError) -> AggregateTable {
        table.records = try reader.counter()
        let count = try reader.count()
        guard count <= plan.maximumGroups else { throw table.tooManyGroups }
        var before: [UInt8] = []
        for group in 0..<count {
            let shared = try reader.count(upTo: before.count)
            let length = try reader.count()
            let key = before[..<shared] + (try reader.take(length))
            try add(Array(key), before, isFirst: group == 0)
            before = Array(key)
            for value in plan.values { try read(value, of: group, &reader) }
            guard table.byteCount <= plan.maximumBytes else { throw table.tooManyBytes }
        }
        guard reader.isAtEnd else { throw PartialReader.damaged }
        return table
    }

    private func add(_ key: [UInt8], _ before: [UInt8], isFirst: Bool) throws(SluiceError) {
        let isGood = unsafe key.withUnsafeBytes { key in
            unsafe before.withUnsafeBytes { before in
                guard unsafe isWellFormed(key) else { return false }
                guard unsafe isFirst || GroupKey.isOrdered(before, before: key) else { return false }
                _ = unsafe table.group(of: key, AggregateTable.hash(key))
                return true
            }
        }
        if !isGood { throw PartialReader.damaged }
    }

    private func isWellFormed(_ key: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        for source in plan.keys {
            guard let part = unsafe GroupKey.next(key, at: &place) else { return false }
            if case .window = source {
                guard isWindow(part) else { return false }
            } else if !isValue(part) {
                return false
            }
        }
        return place == key.count
    }

    private func isWindow(_ part: GroupKey.Part) -> Bool {
        if part.tag == UInt8(SLUICE_NULL) { return part.count == 0 }
        guard part.tag == GroupKey.time, part.count == 8 else { return false }
        return Instant(seconds: GroupKey.seconds(part)).isWritable
    }

    private func isValue(_ part: GroupKey.Part) -> Bool {
        switch Int(part.tag) {
        case SLUICE_NULL, SLUICE_TRUE, SLUICE_FALSE: return part.count == 0
        case SLUICE_TEXT:
            guard let first = unsafe part.bytes.baseAddress else { return true }
            return unsafe sluice_is_utf8(first.assumingMemoryBound(to: UInt8.self), part.count)
        case SLUICE_NUMBER, SLUICE_COMPOSITE:
            arena.removeAll()
            arena.reserve(2 * part.count + 128)
            guard let value = unsafe values?.value(of: part.bytes, in: arena) else { return false }
            return value.tag == Int(part.tag) && value.length == part.count
        default: return false
        }
    }

    private func read(
        _ value: AggregatePlan.Value,
        of group: Int,
        _ reader: inout PartialReader
    ) throws(SluiceError) {
        switch value.function {
        case .count: unsafe table.counter(value, of: group).pointee = try reader.counter()
        case .sum, .avg: unsafe table.sum(value, of: group).pointee = try sum(&reader)
        case .min, .max:
            switch try reader.byte() {
            case 0: break
            case 1:
                let number = FoldedNumber(units: try reader.signed())
                unsafe table.bound(value, of: group).pointee = BoundState(number: number, isSet: true)
            case 2:
                let number = FoldedNumber(double: try reader.double(), isExact: false)
                unsafe table.bound(value, of: group).pointee = BoundState(number: number, isSet: true)
            default: throw PartialReader.damaged
            }
        case .distinct: try readSketch(table.distinctIndex(value, of: group), &reader)
        case .quantile: try readDistribution(table.quantileIndex(value, of: group), &reader)
        }
    }

    private func sum(_ reader: inout PartialReader) throws(SluiceError) -> SumState {
        var state = SumState()
        state.count = try reader.counter()
        if state.count == 0 { return state }
        state.inexactCount = try reader.counter()
        state.units = try reader.signed()
        if state.inexactCount == 0 { return state }
        state.rest = Double(bitPattern: try reader.counter())
        state.correction = Double(bitPattern: try reader.counter())
        return state
    }

    private func readSketch(_ place: Int, _ reader: inout PartialReader) throws(SluiceError) {
        let precision = table.distincts[place].precision
        let highest = table.distincts[place].maximumRank
        let size = 1 << precision
        let before = table.distincts[place].byteCount
        switch try reader.byte() {
        case 0:
            var next = 0
            for _ in 0..<(try reader.count(upTo: size)) {
                let register = next + (try reader.count(upTo: size))
                let rank = try reader.byte()
                guard register < size, rank > 0, Int(rank) <= highest else { throw PartialReader.damaged }
                table.distincts[place].raise(register, to: rank)
                next = register + 1
            }
        case 1:
            for (register, rank) in try reader.take(size).enumerated() where rank > 0 {
                guard Int(rank) <= highest else { throw PartialReader.damaged }
                table.distincts[place].raise(register, to: rank)
            }
        default: throw PartialReader.damaged
        }
        table.sketchBytes += table.distincts[place].byteCount - before
    }

    private func readDistribution(_ place: Int, _ reader: inout PartialReader) throws(SluiceError) {
        let count = try reader.count(upTo: reader.remaining)
        if count == 0 { return }
        let before = table.quantiles[place].byteCount
        let (minimum, maximum) = (try reader.double(), try reader.double())
        let limit = table.quantiles[place].maximumKey
        guard minimum <= maximum, let first = Int64(exactly: try reader.signed()),
            first.magnitude <= UInt64(limit)
        else { throw PartialReader.damaged }
        var key = first
        var total: UInt64 = 0
        var buckets: [QuantileSketch.Bucket] = []
        for index in 0..<count {
            let step = try reader.count(upTo: 2 * Int(limit))
            let number = try reader.counter()
            key += Int64(step)
            let (sum, overflow) = total.addingReportingOverflow(number)
            guard (step == 0) == (index == 0), key <= limit, number > 0, !overflow else {
                throw PartialReader.damaged
            }
            total = sum
            buckets.append(QuantileSketch.Bucket(key: key, count: number))
        }
        table.quantiles[place].restore(minimum: minimum, maximum: maximum, buckets)
        table.sketchBytes += table.quantiles[place].byteCount - before
    }
}
