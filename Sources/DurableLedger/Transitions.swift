package import EventModel

// Everything that decides what becomes of a delivery (and, in TargetTransitions, of a target) is pure: every
// ledger calls these functions and only stores what they say (DESIGN 5 and 6).

extension DeliveryState {
    /// Whether an attempt holds the delivery; at most one delivery of a target and lane is open.
    public var isOpen: Bool { self == .leased || self == .committing }

    /// Whether nothing will happen to the delivery by itself nor is expected of an operator.
    public var isFinished: Bool {
        switch self {
        case .done, .superseded, .skipped, .cancelled: true
        case .ready, .leased, .committing, .dead: false
        }
    }

    /// Whether a delivery may go from this state straight to `next`.
    ///
    /// Beyond the list of DESIGN 5, an operator may cancel what is dead and retry what is cancelled.
    /// `committing` has one way out: forward, or back to ready when the store lost what was staged
    /// (overtaken: to superseded or skipped).
    public func mayBecome(_ next: DeliveryState) -> Bool {
        switch self {
        case .ready: [.leased, .superseded, .skipped, .cancelled].contains(next)
        case .leased: [.ready, .committing, .dead, .superseded, .skipped, .cancelled].contains(next)
        case .committing: [.done, .ready, .superseded, .skipped].contains(next)
        case .dead: [.ready, .superseded, .cancelled].contains(next)
        case .cancelled: [.ready, .superseded].contains(next)
        case .done, .superseded, .skipped: false
        }
    }
}

/// How an attempt ended, as its record keeps it.
public enum AttemptEnd: Int, Hashable, Sendable, CaseIterable {
    /// Its commit is complete.
    case done = 1
    /// The function failed; tried again.
    case retry = 2
    /// The function failed for good.
    case dead = 3
    /// The surroundings failed, or the service stopped.
    case released = 4
    /// Nothing was needed.
    case skipped = 5
    /// It failed, and a newer version has a delivery of its own.
    case superseded = 6
    /// An operator cancelled it.
    case cancelled = 7
    /// Its boot ended without a word of it.
    case lost = 8
    /// The child process that ran it alone died by a signal.
    case crashed = 9

    /// The word for `AttemptRecord.outcome`.
    public var name: String { "\(self)" }
}

/// What a delivery is made of.
struct DeliveryOrigin {
    /// What was seen or published.
    let object: ObjectInfo
    /// What happened to it.
    let eventType: EventType
    /// Its first class.
    let deliveryClass: DeliveryClass
    /// How many commits of ours lie before it.
    var hop = 0
    /// The delivery whose output it is.
    var cause: DeliveryID?
}

extension Delivery {
    /// A new delivery, ready.
    init(_ id: DeliveryID, of target: TargetID, from origin: DeliveryOrigin, at now: Timestamp) {
        self.init(
            id: id,
            target: target,
            version: origin.object.version,
            sizeBytes: origin.object.sizeBytes,
            eventType: origin.eventType,
            eventTime: origin.object.modified,
            lane: .main,
            deliveryClass: origin.deliveryClass,
            hop: origin.hop,
            cause: origin.cause,
            state: .ready,
            created: now,
            updated: now
        )
    }

    /// Goes to a state that may follow.
    package mutating func move(to next: DeliveryState, reason: String? = nil, at now: Timestamp) {
        precondition(state.mayBecome(next), "A delivery cannot go from \(state) to \(next).")
        state = next
        self.reason = reason
        updated = now
        notBefore = nil
    }

    /// Whether it may be leased under its trigger's row, as long as no other attempt of its target is open.
    func isLeasable(under trigger: TriggerRow?, at now: Timestamp) -> Bool {
        let runs = trigger?.runs == true && trigger?.bucket == target.bucket
        return state == .ready && runs && notBefore ?? now <= now
    }

    /// An attempt begins.
    package mutating func lease(at now: Timestamp) {
        move(to: .leased, at: now)
        attempts += 1
    }

    /// Waits for a worker (until `due`), unless it was overtaken.
    private mutating func wait(
        until due: Timestamp?,
        _ overtaking: Overtaking,
        reason: String?,
        at now: Timestamp
    ) {
        switch overtaking {
        case .newer: move(to: .superseded, at: now)
        case .gone: move(to: .skipped, reason: "gone", at: now)
        case .no:
            move(to: .ready, reason: reason, at: now)
            notBefore = due
        }
    }

    /// An attempt ends without a commit; says how, for its record.
    package mutating func end(
        _ outcome: AttemptEnding.Outcome,
        cancelled: String?,
        _ overtaking: Overtaking,
        at now: Timestamp
    ) -> AttemptEnd {
        if let cancelled {
            move(to: .cancelled, reason: cancelled, at: now)
            return .cancelled
        }
        let end: AttemptEnd
        switch outcome {
        case .retry(let failure, let due):
            tries += 1
            self.failure = failure
            deliveryClass = .retry
            isSuspect = false
            wait(until: due, overtaking, reason: failure.code, at: now)
            end = .retry
        case .release(let failure, let due):
            self.failure = failure ?? self.failure
            wait(until: due, overtaking, reason: failure?.code, at: now)
            end = .released
        case .crashed(let failure, let due):
            crashes += 1
            self.failure = failure
            isSuspect = true
            wait(until: due, overtaking, reason: failure.code, at: now)
            end = .crashed
        case .dead(let failure, _):
            tries += 1
            self.failure = failure
            move(to: overtaking == .no ? .dead : .superseded, at: now)
            end = .dead
        case .skip(let reason):
            move(to: .skipped, reason: reason, at: now)
            return .skipped
        }
        return state == .superseded ? .superseded : state == .skipped ? .skipped : end
    }

    /// Its commit ends: all planned outputs are visible, or the store lost some, which are made again as an
    /// operator's retry would; says how the attempt ended, for its record.
    ///
    /// The function did its part, so neither tries nor suspicion are left; the crashes before stay counted.
    package mutating func complete(
        _ loss: Completion.Loss?,
        _ overtaking: Overtaking,
        at now: Timestamp
    ) -> AttemptEnd {
        guard let loss else {
            move(to: .done, at: now)
            return .done
        }
        tries = 0
        failure = loss.failure
        deliveryClass = .retry
        isSuspect = false
        statistics = nil
        wait(until: loss.retryAt, overtaking, reason: loss.failure.code, at: now)
        return state == .superseded ? .superseded : state == .skipped ? .skipped : .released
    }

    /// The boot that leased it is over.
    package mutating func lose(clean: Bool, cancelled: String?, _ overtaking: Overtaking, at now: Timestamp) {
        isSuspect = isSuspect || !clean
        if let cancelled { return move(to: .cancelled, reason: cancelled, at: now) }
        wait(until: nil, overtaking, reason: nil, at: now)
    }

    /// Another observation of its target was accepted; changes only what is ready or dead.
    package mutating func overtake(_ overtaking: Overtaking, at now: Timestamp) {
        switch (state, overtaking) {
        case (.ready, .gone): move(to: .skipped, reason: "gone", at: now)
        case (.ready, .newer), (.dead, .newer), (.dead, .gone): move(to: .superseded, at: now)
        default: break
        }
    }

    /// An operator wants it tried again in class `retry`.
    ///
    /// Says whether it became ready.
    package mutating func retry(_ overtaking: Overtaking, at now: Timestamp) -> Bool {
        guard state == .dead || state == .cancelled else { return false }
        move(to: overtaking == .no ? .ready : .superseded, at: now)
        guard state == .ready else { return false }
        tries = 0
        crashes = 0
        deliveryClass = .retry
        return true
    }

    /// An operator wants it ended.
    ///
    /// Says what is left to do.
    package mutating func cancel(reason: String, at now: Timestamp) -> Cancellation {
        switch state {
        case .ready, .dead:
            move(to: .cancelled, reason: reason, at: now)
            return .changed
        case .leased: return .mark
        default: return .refused
        }
    }

    /// What is left to do for an operator who cancels a delivery.
    package enum Cancellation {
        /// Nothing: it is cancelled.
        case changed
        /// Mark its open attempt.
        case mark
        /// Nothing: it goes its way.
        case refused
    }
}

extension AttemptEnding.Outcome {
    /// Why the attempt failed, if it did.
    var failure: FailureRecord? {
        switch self {
        case .retry(let failure, _), .dead(let failure, _), .crashed(let failure, _): failure
        case .release(let failure, _): failure
        case .skip: nil
        }
    }

    /// Whether it raises its trigger's failures in a row.
    var countsAgainstTrigger: Bool {
        if case .dead(_, let counts) = self { counts } else { false }
    }
}
