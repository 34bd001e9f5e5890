package import EventModel

/// What a schedule does next; pure. Each step is one transaction, after which it is asked again, so that a
/// stop between two steps leaves nothing half done.
package struct SchedulePlan {
    /// One step.
    package enum Step: Hashable {
        /// Keeps this, and makes nothing.
        case keep(ScheduleMemory)
        /// Makes the job of a due moment and keeps this, together.
        case make(Timestamp, ScheduleMemory)
        /// Cancels the schedule's jobs, then makes one.
        case replace(Timestamp, ScheduleMemory)
        /// Does nothing before this moment (nil: never), unless something changes.
        case rest(Timestamp?)
    }

    /// A run that begins so much later than it should still is on time: a restart takes a while.
    package static let grace = Duration.seconds(60)

    private let schedule: Schedule
    private let now: Timestamp
    /// Whether a job of the schedule has not ended.
    private let isOpen: Bool

    /// What a schedule does now. `memory` is nil when it was never seen; `watched` is up to when it was
    /// handled by this boot, although nothing was due; `isOpen` says whether a job of it has not ended.
    package static func next(
        _ schedule: Schedule,
        _ memory: ScheduleMemory?,
        watched: Timestamp? = nil,
        isOpen: Bool,
        at now: Timestamp
    ) -> Step {
        // What was due before anybody knew of the schedule is nobody's.
        guard var memory else { return .keep(ScheduleMemory(timing: schedule.timing, handled: now)) }
        if memory.timing != schedule.timing {
            memory.timing = schedule.timing
            memory.handled = max(memory.handled, watched ?? memory.handled)
            return .keep(memory)
        }
        return SchedulePlan(schedule: schedule, now: now, isOpen: isOpen).next(memory)
    }

    private func next(_ memory: ScheduleMemory) -> Step {
        let (due, isCut) = pending(memory)
        // One that is to begin takes earlier ones along, whatever their jitter.
        let ripe = due[..<((due.lastIndex { schedule.begin(of: $0) <= now } ?? -1) + 1)]
        if let last = ripe.last {
            guard !schedule.isPaused else {
                var memory = memory
                memory.handled = last
                return .keep(memory)
            }
            return take(Array(ripe), isCut: isCut, memory)
        }
        if !schedule.isPaused, let first = memory.waiting.first, !isOpen || schedule.overlap == .allow {
            var memory = memory
            memory.waiting.removeFirst()
            return .make(first, memory)
        }
        return .rest(Self.begin(schedule, memory, due, at: now))
    }

    private func pending(_ memory: ScheduleMemory) -> (latest: [Timestamp], isCut: Bool) {
        guard memory.handled < now else { return ([], false) }
        return schedule.cron.moments(
            after: memory.handled,
            through: now,
            limit: Schedule.catchUpLimit,
            in: schedule.clock
        )
    }

    /// Handles due moments; the earlier of those that begin in one step wait for the next.
    private func take(_ due: [Timestamp], isCut: Bool, _ old: ScheduleMemory) -> Step {
        var memory = old
        memory.handled = due.last ?? old.handled
        let onTime = due.filter { now.elapsed(since: schedule.begin(of: $0)) < Self.grace }
        let runs: [Timestamp] =
            switch schedule.catchUp {
            case .skip: onTime
            case .once: due.suffix(1)
            case .all: due
            }
        // How many more there were is not counted.
        memory.missed += Int64(due.count - runs.count) + (isCut ? 1 : 0)
        guard let first = runs.first else { return .keep(memory) }
        let mayBegin = memory.waiting.isEmpty && !isOpen || schedule.overlap == .allow
        if mayBegin, memory.waiting.isEmpty {
            memory.waiting = Array(runs.dropFirst())
            return .make(first, memory)
        }
        // What was missed waits for its turn, whatever the policy: the former job may be one of the missed.
        let isLate = schedule.catchUp != .skip && onTime.count < due.count
        if isLate || mayBegin {
            memory.missed += queue(runs, &memory)
            return .keep(memory)
        }
        switch schedule.overlap {
        case .replace where memory.waiting.isEmpty:
            memory.waiting = Array(runs.dropFirst())
            return .replace(first, memory)
        case .skip:
            memory.skipped += Int64(runs.count)
            memory.lastSkipped = runs.last
        case .queue, .allow, .replace:
            let dropped = queue(runs, &memory)
            memory.skipped += dropped
            if dropped > 0 { memory.lastSkipped = runs.first }
        }
        return .keep(memory)
    }

    /// Lets runs wait; returns how many have no place and are left out, the oldest. Only with `all` more than
    /// one waits.
    private func queue(_ runs: [Timestamp], _ memory: inout ScheduleMemory) -> Int64 {
        memory.waiting += runs
        let limit = schedule.catchUp == .all ? Schedule.catchUpLimit : 1
        let excess = max(0, memory.waiting.count - limit)
        memory.waiting.removeFirst(excess)
        return Int64(excess)
    }

    /// When the next run begins: one of those that are due and put off, else the next one.
    private static func begin(
        _ schedule: Schedule,
        _ memory: ScheduleMemory,
        _ due: [Timestamp],
        at now: Timestamp
    ) -> Timestamp? {
        let coming = schedule.cron.next(after: max(memory.handled, now), in: schedule.clock)
        return (due + [coming].compactMap { $0 }).map { schedule.begin(of: $0) }.min()
    }

    /// When a schedule's next run begins, as far as is known now.
    static func begin(_ schedule: Schedule, _ memory: ScheduleMemory?, at now: Timestamp) -> Timestamp? {
        guard !schedule.isPaused else { return nil }
        let memory = memory ?? ScheduleMemory(timing: schedule.timing, handled: now)
        let plan = SchedulePlan(schedule: schedule, now: now, isOpen: false)
        return begin(schedule, memory, plan.pending(memory).latest, at: now)
    }
}
