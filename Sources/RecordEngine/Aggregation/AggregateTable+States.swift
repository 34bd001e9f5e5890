internal import EventModel

extension AggregateTable {
    /// The state of a sum or an average.
    @inline(__always)
    func sum(_ value: AggregatePlan.Value, of group: Int) -> UnsafeMutablePointer<SumState> {
        unsafe (entry(group) + value.place).assumingMemoryBound(to: SumState.self)
    }

    /// The state of a minimum or a maximum.
    @inline(__always)
    func bound(_ value: AggregatePlan.Value, of group: Int) -> UnsafeMutablePointer<BoundState> {
        unsafe (entry(group) + value.place).assumingMemoryBound(to: BoundState.self)
    }

    /// The state of a count.
    @inline(__always)
    func counter(_ value: AggregatePlan.Value, of group: Int) -> UnsafeMutablePointer<UInt64> {
        unsafe (entry(group) + value.place).assumingMemoryBound(to: UInt64.self)
    }

    /// Which of all sketches of different values it is.
    @inline(__always)
    func distinctIndex(_ value: AggregatePlan.Value, of group: Int) -> Int {
        group &* plan.distinctCount &+ value.place
    }

    /// Which of all sketches of distributions it is.
    @inline(__always)
    func quantileIndex(_ value: AggregatePlan.Value, of group: Int) -> Int {
        group &* plan.quantileCount &+ value.place
    }

    /// Takes in the groups of another table of the same plan.
    ///
    /// Throws where there would be more groups, or more bytes, than the plan allows.
    func merge(_ other: AggregateTable) throws(SluiceError) {
        records &+= other.records
        for theirs in 0..<other.count {
            let group = unsafe group(of: other.key(theirs), other.header(theirs).hash)
            guard count <= plan.maximumGroups else { throw tooManyGroups }
            merge(other, theirs, into: group)
        }
        guard byteCount <= plan.maximumBytes else { throw tooManyBytes }
    }

    private func merge(_ other: AggregateTable, _ theirs: Int, into group: Int) {
        for value in plan.values {
            switch value.function {
            case .count:
                unsafe counter(value, of: group).pointee &+= other.counter(value, of: theirs).pointee
            case .sum, .avg:
                unsafe sum(value, of: group).pointee.merge(other.sum(value, of: theirs).pointee)
            case .min, .max:
                let added = unsafe other.bound(value, of: theirs).pointee
                if !added.isSet { continue }
                unsafe bound(value, of: group).pointee.take(added.number, isMaximum: value.function == .max)
            case .distinct:
                let place = distinctIndex(value, of: group)
                sketchBytes -= distincts[place].byteCount
                distincts[place].merge(other.distincts[other.distinctIndex(value, of: theirs)])
                sketchBytes += distincts[place].byteCount
            case .quantile:
                let place = quantileIndex(value, of: group)
                sketchBytes -= quantiles[place].byteCount
                quantiles[place].merge(other.quantiles[other.quantileIndex(value, of: theirs)])
                sketchBytes += quantiles[place].byteCount
            }
        }
    }

    /// The groups in the order of their keys, which does not depend on when they came.
    func sorted() -> [Int] {
        (0..<count).sorted { unsafe GroupKey.isOrdered(key($0), before: key($1)) }
    }

    /// What is said of too many groups.
    var tooManyGroups: SluiceError {
        SluiceError(
            .engineTooManyGroups,
            "The records fall into more than \(plan.maximumGroups) groups.",
            hint: "Group by fields with fewer values, or raise `max_groups` of the step `aggregate`."
        )
    }

    /// What is said of too much memory.
    var tooManyBytes: SluiceError {
        SluiceError(
            .engineTooManyGroups,
            "The groups need more than \(plan.maximumBytes) bytes of memory.",
            hint: "Group by fields with fewer values, or raise `max_memory` of the step `aggregate`."
        )
    }
}
