internal import DurableLedger
internal import EventModel
internal import FunctionRuntime
internal import TriggerRules

/// What the dispatcher knows between two leases; a value, so that every decision is made under one lock.
struct DispatchState {
    /// A place in the queue that the ledger found empty since the last wake-up.
    struct Place: Hashable {
        /// The trigger.
        let trigger: TriggerName
        /// The class.
        let deliveryClass: DeliveryClass
        /// Suspects, or all others.
        var suspects = false
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
    /// Whether suspects are asked for before all others; they always are when nothing else is to be had.
    private var asksSuspectsFirst = true
    /// When they were last asked for first though nothing pointed to any.
    private var lastSuspectRound = Duration.zero
    /// How many suspects run.
    var activeSuspects = 0
    private var byTrigger: [TriggerName: Int] = [:]
    private var empty: Set<Place> = []

    /// Commits that may be under way beyond the running functions: they wait for the disk, not for a
    /// processor.
    static let commitPlaces = 64
    /// Suspects that may run at a time, each in a child process.
    static let suspectPlaces = 2
    /// Suspects that became leasable behind a long queue (their trigger was resumed, an operator retried
    /// them) are asked for so often.
    private static let suspectInterval = Duration.seconds(1)

    /// How many attempts may be begun now.
    func free(workers: Int) -> Int {
        isStopping ? 0 : min(workers - running.count, workers + Self.commitPlaces - active.count)
    }

    /// A wake-up: what was empty may have something now.
    mutating func forgetEmpty(at uptime: Duration) {
        empty = []
        guard uptime - lastSuspectRound >= Self.suspectInterval else { return }
        lastSuspectRound = uptime
        asksSuspectsFirst = true
    }

    /// What to lease now; empty when there is nothing, or no place.
    mutating func picks(
        counters: [CounterRow],
        configuration: ProcessingConfiguration,
        workers: Int,
        paused: Set<TriggerName>,
        at uptime: Duration
    ) -> [LeaseRequest.Pick] {
        let free = free(workers: workers)
        guard free > 0 else { return [] }
        var rooms: [TriggerName: Int] = [:]
        for trigger in configuration.runnable where !paused.contains(trigger.name) {
            let concurrency = trigger.concurrency.map { max(0, $0 - (byTrigger[trigger.name] ?? 0)) } ?? free
            rooms[trigger.name] = min(concurrency, gate.limit(of: trigger.name, at: uptime) ?? free)
        }
        let memory = memory(configuration)
        var windows: [TriggerName: Int] = [:]
        for trigger in configuration.runnable {
            windows[trigger.name] = configuration.functions[trigger.function]?.windowBytes ?? 0
        }
        for (name, bytes) in windows where !memory.fits(bytes) { rooms[name] = 0 }
        let ready = counters.filter { row in
            row.state == .ready && row.count > 0 && (rooms[row.trigger] ?? 0) > 0
        }
        if asksSuspectsFirst {
            if let pick = suspectPick(ready, rooms, free: free) { return [pick] }
            asksSuspectsFirst = false
        }
        var offers: [TriggerName: DispatchPlan.Offer] = [:]
        for row in ready {
            guard let room = rooms[row.trigger] else { continue }
            guard !empty.contains(Place(trigger: row.trigger, deliveryClass: row.deliveryClass)) else {
                continue
            }
            let none = DispatchPlan.Offer(
                trigger: row.trigger,
                ready: [:],
                room: room,
                windowBytes: windows[row.trigger] ?? 0
            )
            offers[row.trigger, default: none]
                .ready[row.deliveryClass, default: 0] += Int(row.count)
        }
        let picks = plan.picks(free: free, offers: Array(offers.values), memory: memory)
        if picks.isEmpty, let pick = suspectPick(ready, rooms, free: free) { return [pick] }
        return picks
    }

    /// What the windows of the running functions leave.
    private func memory(_ configuration: ProcessingConfiguration) -> WindowMemory {
        var memory = WindowMemory(limitBytes: configuration.memoryBytes)
        for attempt in running.compactMap({ active[$0] }) { memory.take(attempt.windowBytes) }
        return memory
    }

    /// Suspects go first, few at a time: they may have brought the last boot down. One place at a time, so
    /// that all of them together stay within theirs.
    private func suspectPick(
        _ ready: [CounterRow],
        _ rooms: [TriggerName: Int],
        free: Int
    ) -> LeaseRequest.Pick? {
        let limit = min(free, Self.suspectPlaces - activeSuspects)
        guard limit > 0 else { return nil }
        let row = ready.first { row in
            !empty.contains(Place(trigger: row.trigger, deliveryClass: row.deliveryClass, suspects: true))
        }
        return row.map { row in
            LeaseRequest.Pick(
                trigger: row.trigger,
                deliveryClass: row.deliveryClass,
                suspects: true,
                limit: min(limit, rooms[row.trigger] ?? 0)
            )
        }
    }

    /// Takes the ledger's answer into account: a place that gave less than was asked for is empty.
    mutating func leased(_ leases: [Lease], for picks: [LeaseRequest.Pick]) {
        var got: [Place: Int] = [:]
        for delivery in leases.map(\.delivery) {
            let place = Place(
                trigger: delivery.target.trigger,
                deliveryClass: delivery.deliveryClass,
                suspects: delivery.isSuspect
            )
            got[place, default: 0] += 1
        }
        for pick in picks {
            let place = Place(
                trigger: pick.trigger,
                deliveryClass: pick.deliveryClass,
                suspects: pick.suspects
            )
            if (got[place] ?? 0) < pick.limit { empty.insert(place) }
        }
    }

    /// An attempt begins.
    mutating func began(_ attempt: ActiveAttempt) {
        let delivery = attempt.lease.delivery
        active[delivery.id] = attempt
        running.insert(delivery.id)
        byTrigger[delivery.target.trigger, default: 0] += 1
        if delivery.isSuspect { activeSuspects += 1 }
        gate.began(delivery.target.trigger)
    }

    /// The function is through; the commit goes on.
    mutating func ranThrough(_ attempt: ActiveAttempt) { running.remove(attempt.lease.delivery.id) }

    /// An attempt is over.
    mutating func ended(_ attempt: ActiveAttempt) {
        let delivery = attempt.lease.delivery
        active[delivery.id] = nil
        running.remove(delivery.id)
        byTrigger[delivery.target.trigger, default: 1] -= 1
        guard delivery.isSuspect else { return }
        activeSuspects -= 1
        asksSuspectsFirst = true
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
