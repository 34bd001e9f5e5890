package import DurableLedger
package import EventModel

/// Which deliveries to lease next (DESIGN 5, step 4); pure.
///
/// Classes share the free places by smooth weighted round robin (live 8 : catch-up 4 : retry 2 : job 1);
/// within a class triggers take turns, so that one trigger's flood delays another's delivery by one place at
/// most (traps Q09, Q10).
package struct DispatchPlan: Sendable {
    /// What a trigger may begin now.
    package struct Offer: Sendable, Hashable {
        /// The trigger.
        package let trigger: TriggerName
        /// Ready deliveries by class, of those that may be due.
        package var ready: [DeliveryClass: Int]
        /// At most so many attempts more.
        package var room: Int
        /// Bytes of codec windows that each of its attempts may need.
        package let windowBytes: Int
        /// Describes what a trigger may begin.
        package init(trigger: TriggerName, ready: [DeliveryClass: Int], room: Int, windowBytes: Int = 0) {
            self.trigger = trigger
            self.ready = ready
            self.room = room
            self.windowBytes = windowBytes
        }
    }

    /// Places that one class gets for each place of another.
    package static let weights: [DeliveryClass: Int] = [.live: 8, .catchUp: 4, .retry: 2, .job: 1]
    private var credits: [DeliveryClass: Int] = [:]
    /// The trigger that was served last in each class; the turn goes to the next one by name.
    private var served: [DeliveryClass: TriggerName] = [:]

    /// Begins with nobody favoured.
    package init() {}

    /// Gives `free` places to what is on offer, as far as the windows fit into `memory`. One pick per trigger
    /// and class, in the order of the first place given.
    package mutating func picks(
        free: Int,
        offers: [Offer],
        memory: WindowMemory = WindowMemory()
    ) -> [LeaseRequest.Pick] {
        var memory = memory
        var offers = offers.sorted { $0.trigger < $1.trigger }
        var order: [Place] = []
        var granted: [Place: Int] = [:]
        for _ in 0..<max(0, free) {
            for index in offers.indices where !memory.fits(offers[index].windowBytes) {
                offers[index].room = 0
            }
            guard let deliveryClass = nextClass(among: offers) else { break }
            let index = nextOffer(in: deliveryClass, among: offers)
            guard let index else { break }
            offers[index].room -= 1
            memory.take(offers[index].windowBytes)
            offers[index].ready[deliveryClass, default: 0] -= 1
            served[deliveryClass] = offers[index].trigger
            let place = Place(trigger: offers[index].trigger, deliveryClass: deliveryClass)
            if granted[place] == nil { order.append(place) }
            granted[place, default: 0] += 1
        }
        return order.map {
            LeaseRequest.Pick(trigger: $0.trigger, deliveryClass: $0.deliveryClass, limit: granted[$0] ?? 0)
        }
    }

    private struct Place: Hashable {
        let trigger: TriggerName
        let deliveryClass: DeliveryClass
    }

    private mutating func nextClass(among offers: [Offer]) -> DeliveryClass? {
        let open = DeliveryClass.allCases.filter { deliveryClass in
            offers.contains { $0.room > 0 && ($0.ready[deliveryClass] ?? 0) > 0 }
        }
        guard !open.isEmpty else { return nil }
        var total = 0
        for deliveryClass in open {
            let weight = Self.weights[deliveryClass] ?? 1
            credits[deliveryClass, default: 0] += weight
            total += weight
        }
        // The first of equals wins; classes are listed by urgency.
        var best = open[0]
        for deliveryClass in open.dropFirst() where (credits[deliveryClass] ?? 0) > (credits[best] ?? 0) {
            best = deliveryClass
        }
        credits[best, default: 0] -= total
        return best
    }

    private func nextOffer(in deliveryClass: DeliveryClass, among offers: [Offer]) -> Int? {
        let open = offers.indices.filter { offers[$0].room > 0 && (offers[$0].ready[deliveryClass] ?? 0) > 0 }
        guard let last = served[deliveryClass] else { return open.first }
        return open.first { offers[$0].trigger > last } ?? open.first
    }
}
