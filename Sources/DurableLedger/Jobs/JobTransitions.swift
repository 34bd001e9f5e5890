internal import EventModel

// Everything that decides what becomes of a job's tasks is pure: every ledger calls these functions and only
// stores what they say.

/// What the change of a delivery makes of the tasks that wait for it.
package enum TaskEffect: Hashable, Sendable {
    /// They wait on.
    case waits
    /// They have ended.
    case ends(JobTaskState, reason: String?, failure: FailureRecord?)
    /// They are not begun any more: what they asked for was not made.
    case again
    /// They wait for the delivery that took its place.
    case follows
}

extension Delivery {
    /// What this delivery, as it is now, makes of the tasks that wait for it.
    package var taskEffect: TaskEffect {
        switch state {
        case .ready, .leased, .committing: .waits
        case .done: .ends(.succeeded, reason: nil, failure: nil)
        case .dead: .ends(.failed, reason: nil, failure: failure)
        case .cancelled: .ends(.cancelled, reason: reason, failure: nil)
        case .superseded: .follows
        case .skipped:
            // Equal content made nothing anew: what a job asks for is that it be made.
            reason == TargetRow.sameContent ? .again : .ends(.skipped, reason: reason, failure: nil)
        }
    }

    /// What becomes of a delivery that a job gives up: one that was made for it alone ends, all others go on:
    /// those that other jobs wait for, and those that are due without any.
    package func withdrawal(isShared: Bool, isOwed: Bool) -> Withdrawal {
        if isShared || isOwed { return .leave }
        switch state {
        case .ready: return .cancel
        case .leased: return .mark
        default: return .leave
        }
    }

    /// See `withdrawal`.
    package enum Withdrawal: Hashable, Sendable {
        /// It goes on without the job.
        case leave
        /// It ends at once.
        case cancel
        /// Its attempt is told to end.
        case mark
    }
}

extension TargetRow {
    /// Whether a job's task joins the latest delivery instead of making another.
    package var isUnderWay: Bool {
        latest != nil && (latestState == .ready || latestState?.isOpen == true)
    }

    /// Whether the target is due without the job: nobody has seen its object so far, or its delivery is dead.
    /// A lane has nothing but its job.
    var isDueAnyway: Bool { !JobID.isLane(id.trigger) && (seen == nil || latestState == .dead) }

    /// Keeps that a job wants the target made, and says what its delivery is made of; nil when neither the
    /// row nor the task knows a version.
    ///
    /// The version is the one that the row has seen: whether what a listing showed is newer or older cannot
    /// be told, and the attempt opens what is there.
    mutating func ask(for task: JobTask) -> SightingEffect? {
        guard let version = seen ?? task.version else { return nil }
        seen = version
        skippedReason = nil
        revision += 1
        let object = ObjectInfo(
            key: id.key,
            version: version,
            sizeBytes: task.sizeBytes,
            modified: task.modified
        )
        let origin = DeliveryOrigin(object: object, eventType: .createdPut, deliveryClass: .job)
        return SightingEffect(overtaking: .newer, origin: origin)
    }
}

extension JobTask {
    /// The reason of an open task whose delivery goes on when the job is paused or ends: it was not made for
    /// the job, or is due without it.
    static let owed = "due-anyway"

    /// Whether its delivery goes on without the job.
    var isOwed: Bool { state == .open && reason == Self.owed }

    /// Waits for a delivery.
    mutating func join(_ delivery: DeliveryID, isOwed: Bool) {
        (state, self.delivery, reason, failure) = (.open, delivery, isOwed ? Self.owed : nil, nil)
    }

    /// Is not begun any more.
    mutating func rewind() { (state, delivery, reason, failure) = (.pending, nil, nil, nil) }

    /// Has ended.
    mutating func end(_ state: JobTaskState, reason: String?, failure: FailureRecord? = nil) {
        precondition(state.isEnded, "A task does not end as \(state).")
        (self.state, self.reason, self.failure) = (state, reason, failure)
    }
}
