internal import DurableLedger
internal import EventModel
internal import TriggerRules

/// What the dispatcher knows between two leases; a value, so that every decision is made under one lock.
struct DispatchState {
    /// A place in the queue that the ledger found empty since the last wake-up.
    struct Place: Hashable {
        /// The trigger.
        let trigger: TriggerName
        /// The class.
        let deliveryClass: DeliveryClass
    }

    /// Whose turn it is.
    var plan = DispatchPlan()
    /// What stands in the way.
    var gate = OutageGate()
    /// All attempts in flight.
    var active: [DeliveryID: ActiveAttempt] = [:]
    /// Attempts whose function runs; fewer than `active`, which has commits under way too.
    private var running: Set<DeliveryID> = []
    /// Whether nothing more is leased.
    var isStopping = false
    /// Whether suspects may be waiting.
    var mayHaveSuspects = true
    /// How many suspects run.
    var activeSuspects = 0
    private var byTrigger: [TriggerName: Int] = [:]
    private var empty: Set<Place> = []
    /// Suspects that went back to `ready`, perhaps to wait: each wake-up asks for them.
    private var returnedSuspects: Set<DeliveryID> = []

    /// Commits that may be under way beyond the running functions: they wait for the disk, not for a
    /// processor.
    static let commitPlaces = 64
    /// Suspects that may run at a time, each in a child process.
    static let suspectPlaces = 2

    /// How many attempts may be begun now.
    func free(workers: Int) -> Int {
        isStopping ? 0 : min(workers - running.count, workers + Self.commitPlaces - active.count)
    }

    /// A wake-up: what was empty may have something now.
    mutating func forgetEmpty() {
        empty = []
        if !returnedSuspects.isEmpty { mayHaveSuspects = true }
    }

    /// What to lease now; empty when there is nothing, or no place.
    mutating func picks(
        counters: [CounterRow],
        configuration: ProcessingConfiguration,
        paused: Set<TriggerName>,
        at uptime: Duration
    ) -> [LeaseRequest.Pick] {
        let free = free(workers: configuration.workers)
        guard free > 0 else { return [] }
        var rooms: [TriggerName: Int] = [:]
        for trigger in configuration.matcher.triggers where !paused.contains(trigger.name) {
            let concurrency = trigger.concurrency.map { max(0, $0 - (byTrigger[trigger.name] ?? 0)) } ?? free
            rooms[trigger.name] = min(concurrency, gate.limit(of: trigger.name, at: uptime) ?? free)
        }
        var picks: [LeaseRequest.Pick] = []
        if mayHaveSuspects, activeSuspects < Self.suspectPlaces { picks = suspectPicks(&rooms, free: free) }
        guard picks.isEmpty else { return picks }
        var offers: [TriggerName: DispatchPlan.Offer] = [:]
        for row in counters where row.state == .ready && row.count > 0 {
            guard let room = rooms[row.trigger], room > 0 else { continue }
            guard !empty.contains(Place(trigger: row.trigger, deliveryClass: row.deliveryClass)) else {
                continue
            }
            offers[row.trigger, default: DispatchPlan.Offer(trigger: row.trigger, ready: [:], room: room)]
                .ready[row.deliveryClass, default: 0] += Int(row.count)
        }
        return plan.picks(free: free, offers: Array(offers.values))
    }

    /// Suspects go first, few at a time: they may have brought the last boot down.
    private func suspectPicks(_ rooms: inout [TriggerName: Int], free: Int) -> [LeaseRequest.Pick] {
        let limit = min(free, Self.suspectPlaces - activeSuspects)
        return rooms.filter { $0.value > 0 }.keys.sorted().flatMap { trigger in
            DeliveryClass.allCases.map {
                LeaseRequest.Pick(
                    trigger: trigger,
                    deliveryClass: $0,
                    suspects: true,
                    limit: min(limit, rooms[trigger] ?? 0)
                )
            }
        }
    }

    /// Takes the ledger's answer into account. Returns whether asking again may bring more.
    mutating func leased(_ leases: [Lease], for picks: [LeaseRequest.Pick]) -> Bool {
        guard let first = picks.first else { return false }
        if first.suspects {
            if leases.isEmpty { mayHaveSuspects = false }
            return true
        }
        var got: [Place: Int] = [:]
        for lease in leases {
            let delivery = lease.delivery
            got[Place(trigger: delivery.target.trigger, deliveryClass: delivery.deliveryClass), default: 0] +=
                1
        }
        for pick in picks {
            let place = Place(trigger: pick.trigger, deliveryClass: pick.deliveryClass)
            if (got[place] ?? 0) < pick.limit { empty.insert(place) }
        }
        return true
    }

    /// An attempt begins.
    mutating func began(_ attempt: ActiveAttempt) {
        let delivery = attempt.lease.delivery
        active[delivery.id] = attempt
        running.insert(delivery.id)
        byTrigger[delivery.target.trigger, default: 0] += 1
        returnedSuspects.remove(delivery.id)
        if delivery.isSuspect { activeSuspects += 1 }
        gate.began(delivery.target.trigger)
    }

    /// The function is through; the commit goes on.
    mutating func ranThrough(_ attempt: ActiveAttempt) { running.remove(attempt.lease.delivery.id) }

    /// An attempt is over; `isReady` tells whether its delivery will be leased again.
    mutating func ended(_ attempt: ActiveAttempt, isReady: Bool) {
        let delivery = attempt.lease.delivery
        active[delivery.id] = nil
        running.remove(delivery.id)
        byTrigger[delivery.target.trigger, default: 1] -= 1
        guard delivery.isSuspect else { return }
        activeSuspects -= 1
        mayHaveSuspects = true
        if isReady { returnedSuspects.insert(delivery.id) }
    }

    /// When the first function has outlived its deadline and the grace after it.
    var firstOverdue: Duration? {
        running.compactMap { active[$0].map { $0.control.deadlineUptime + ActiveAttempt.grace } }.min()
    }

    /// The attempts whose function has outlived its deadline and the grace after it.
    func overdue(at uptime: Duration) -> [ActiveAttempt] {
        running.compactMap { active[$0] }.filter { $0.control.deadlineUptime + ActiveAttempt.grace <= uptime }
    }
}
