public import EventModel

// What becomes of a target, pure; see Transitions.

/// How a target's row has run ahead of one of its deliveries.
public enum Overtaking: Hashable, Sendable {
    /// The delivery is still what the target waits for.
    case no
    /// A newer version has a delivery of its own, or was recorded as needing none.
    case newer
    /// The object was seen to be gone.
    case gone
}

/// What an observation that matches the row's revision comes to.
public enum Sighting: Hashable, Sendable {
    /// The row already says so.
    case unchanged
    /// A new version that gets a delivery.
    case deliver(DeliveryClass)
    /// A new version that needs nothing.
    case skip(reason: String)
    /// The object is gone.
    case gone
}

/// What another sighting of a target makes of its deliveries.
struct SightingEffect {
    /// How the row runs ahead of its latest delivery.
    let overtaking: Overtaking
    /// What a new delivery is made of; nil when none is made.
    let origin: DeliveryOrigin?
}

extension Observation {
    /// What this observation comes to, given the target's row and its trigger's baseline.
    public func sighting(row: TargetRow?, baselineComplete: Bool) -> Sighting {
        guard let object else { return row?.seen == nil ? .unchanged : .gone }
        if row?.seen == object.version {
            let mayBeLate = row?.skippedReason == TargetRow.existing && !baselineComplete
            return mayBeLate && action == .deliver(.live) ? .deliver(.live) : .unchanged
        }
        switch action {
        case .deliver(let deliveryClass): return .deliver(deliveryClass)
        case .skip(let reason): return .skip(reason: reason)
        }
    }
}

extension TargetRow {
    /// `skippedReason` of an object that was there before its trigger.
    public static let existing = "existing"
    /// `skippedReason` of an output whose content did not change; an older delivery of the target keeps its
    /// meaning.
    public static let sameContent = "same-content"

    /// Whether the row has run ahead of one of its deliveries, which would otherwise be ready or dead.
    public func overtaking(_ delivery: DeliveryID) -> Overtaking {
        if latest != delivery { return .newer }
        if seen == nil { return .gone }
        return skippedReason == nil || skippedReason == Self.sameContent ? .no : .newer
    }

    /// Whether the target needs nothing more of this version of its object, so that an after-action may take
    /// it away.
    public func isSettled(for version: ObjectVersion) -> Bool {
        seen == version && (latestState == nil || latestState == .done || latestState == .skipped)
    }

    /// Whether an after-action for this version waits for the target: its trigger is configured for its
    /// bucket, and not done with the version. Lanes of jobs keep nothing back: what is gone is skipped there.
    func delaysAfterAction(for version: ObjectVersion, trigger: TriggerRow?) -> Bool {
        trigger?.isConfigured(for: id.bucket) == true && !JobID.isLane(id.trigger) && !isSettled(for: version)
    }

    /// Keeps what an observation that expected this row saw; nil when the row says so already.
    mutating func see(_ observation: Observation, trigger: TriggerRow?) -> SightingEffect? {
        let isComplete = trigger?.bucket == id.bucket && trigger?.baselineComplete == true
        switch observation.sighting(row: self, baselineComplete: isComplete) {
        case .unchanged: return nil
        case .gone:
            see(nil, skipped: nil)
            return SightingEffect(overtaking: .gone, origin: nil)
        case .skip(let reason):
            see(observation.object?.version, skipped: reason)
            return SightingEffect(overtaking: .newer, origin: nil)
        case .deliver(let deliveryClass):
            see(observation.object?.version, skipped: nil)
            let origin = observation.object.map { object in
                DeliveryOrigin(object: object, eventType: observation.eventType, deliveryClass: deliveryClass)
            }
            return SightingEffect(overtaking: .newer, origin: origin)
        }
    }

    /// Keeps that a commit of `delivery` published an output under the target's key; nil when the row has
    /// seen it already.
    mutating func see(_ caused: Completion.Caused, by delivery: Delivery) -> SightingEffect? {
        if seen == caused.object.version { return nil }
        see(caused.object.version, skipped: caused.delivers ? nil : caused.reason)
        guard caused.delivers else {
            let overtaking = caused.reason == Self.sameContent ? Overtaking.no : .newer
            return SightingEffect(overtaking: overtaking, origin: nil)
        }
        let origin = DeliveryOrigin(
            object: caused.object,
            eventType: .createdPut,
            // What a job makes anew is made anew down the chain, below live traffic like the job itself.
            deliveryClass: delivery.deliveryClass == .job ? .job : .live,
            hop: delivery.hop + 1,
            cause: delivery.id
        )
        return SightingEffect(overtaking: .newer, origin: origin)
    }

    private mutating func see(_ version: ObjectVersion?, skipped reason: String?) {
        seen = version
        skippedReason = reason
        revision += 1
    }

    /// An attempt of `delivery` read what the decision says.
    ///
    /// Says whether the target's outputs were made from equal content, so that nothing is to be committed.
    mutating func decide(_ decision: CommitDecision, of delivery: Delivery) -> Bool {
        let isSame = decision.skipsSameContent && done?.digest == decision.digest
        let kept = isSame ? done : nil
        done = DoneRecord(
            version: decision.version,
            digest: decision.digest,
            fingerprint: kept?.fingerprint ?? decision.fingerprint,
            generation: kept?.generation ?? (done?.generation ?? 0) + 1
        )
        accept(read: decision.version, by: delivery)
        return isSame
    }

    /// The store lost outputs that a decision counted on: whatever content comes next, they are to be made.
    mutating func loseOutputs() { done?.digest = nil }

    /// The version that an attempt read becomes the one seen, if the delivery's own was the newest known
    /// until now.
    ///
    /// Counts as an accepted observation: the look came after the lease, thus after the one that made the
    /// delivery.
    public mutating func accept(read version: ObjectVersion, by delivery: Delivery) {
        guard latest == delivery.id, seen == delivery.version, version != seen else { return }
        seen = version
        revision += 1
    }
}
