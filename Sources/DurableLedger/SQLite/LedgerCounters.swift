internal import EventModel

/// The counters of one moment.
struct LedgerCounters: Sendable {
    private let counters: [LedgerMemory.CounterKey: Int64]
    private let streams: [Int64: LedgerMemory.Stream]

    /// Takes the counters out of the memory; shares its storage until one of them changes.
    init(_ memory: LedgerMemory) {
        counters = memory.counters
        streams = memory.streamNames
    }

    /// By trigger, class and state; those above zero.
    var rows: [CounterRow] {
        var sums: [CounterRow: Int64] = [:]
        for (key, count) in counters where count != 0 {
            guard let stream = streams[key.stream] else { continue }
            let row = CounterRow(
                trigger: stream.trigger,
                deliveryClass: DeliveryClass(rawValue: key.deliveryClass) ?? .live,
                state: LedgerStore.state(Int64(key.state)),
                count: 0
            )
            sums[row, default: 0] += count
        }
        return sums.map { row, count in
            CounterRow(trigger: row.trigger, deliveryClass: row.deliveryClass, state: row.state, count: count)
        }.sorted(by: CounterRow.isBefore)
    }
}
