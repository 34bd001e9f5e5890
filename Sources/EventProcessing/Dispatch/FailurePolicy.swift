package import DurableLedger
package import EventModel
internal import Execution
package import TriggerRules

/// What a failed attempt means for its delivery (DESIGN 5, step 8); pure.
package enum FailureVerdict: Sendable, Hashable {
    /// Will not be tried again by itself.
    case dead
    /// Tried again at this moment; one try is consumed.
    case retry(at: Timestamp)
    /// The surroundings are out of order; no try is consumed, the trigger's outage gate decides when to
    /// probe.
    case outage
    /// The service stops or the attempt was told to end; no try is consumed.
    case release
}

/// Classifies failures.
package enum FailurePolicy {
    /// The verdict on an error; `tries` is what was consumed before this attempt, `random` lies in 0...1.
    package static func verdict(
        on error: SluiceError,
        tries: Int,
        policy: RetryPolicy,
        random: Double,
        now: Timestamp
    ) -> FailureVerdict {
        if error.code == .cancelled { return .release }
        switch error.code.blame {
        case .object, .usage:
            return .dead
        case .outage:
            return .outage
        case .transient:
            guard tries + 1 < policy.attempts else { return .dead }
            return .retry(at: now.advanced(by: policy.wait(afterTries: tries + 1, random: random)))
        }
    }
}

extension FailurePolicy {
    /// How long a delivery waits that met an outage for the `count`th time; nil: not at all.
    ///
    /// The first probe repeats what failed. If that fails again, another delivery is the next probe: one
    /// object whose sector is damaged must not keep all others of its trigger waiting (trap Q09).
    package static func wait(afterOutages count: Int, random: Double) -> Duration? {
        guard count > 1 else { return nil }
        let backoff = Backoff(initial: .milliseconds(500), maximum: OutageGate.longestInterval)
        return backoff.ceiling(afterFailures: count - 1) * (0.5 + random / 2)
    }
}

/// Keeps an outage from spinning: while it lasts, one probe per interval, which grows to 30 s (trap Q11);
/// pure.
package struct OutageGate: Sendable {
    /// What stands between a trigger and its work.
    private struct Outage {
        /// The first wait is a quarter of a second; each failed probe doubles it.
        var interval: Duration
        /// No lease before this uptime.
        var nextProbe: Duration
        /// Whether the one probe of this interval runs.
        var isProbing: Bool
        /// How many probes failed.
        var failedProbes = 0
        /// What failed, for people.
        var failure: FailureRecord
    }

    /// The longest wait between two probes.
    package static let longestInterval = Duration.seconds(30)
    /// So many probes of an outage begin without a wait before them.
    package var immediateProbes = 0
    private var outages: [TriggerName: Outage] = [:]

    /// Everything is well.
    package init() {}

    /// How many attempts of a trigger may be begun now; nil for no limit.
    package func limit(of trigger: TriggerName, at uptime: Duration) -> Int? {
        guard let outage = outages[trigger] else { return nil }
        return !outage.isProbing && outage.nextProbe <= uptime ? 1 : 0
    }

    /// When the next probe of any trigger may begin, of those that might not at `uptime`.
    ///
    /// Where a probe was allowed then and none began, no clock will change that: the trigger is paused, or
    /// has nothing that is due.
    package func nextProbe(after uptime: Duration? = nil) -> Duration? {
        outages.values.filter { outage in
            !outage.isProbing && uptime.map { outage.nextProbe > $0 } ?? true
        }.map(\.nextProbe).min()
    }

    /// What stands in the way, by trigger.
    package var failures: [TriggerName: FailureRecord] { outages.mapValues(\.failure) }

    /// An attempt of a trigger was begun; during an outage it is the probe.
    package mutating func began(_ trigger: TriggerName) { outages[trigger]?.isProbing = true }

    /// An attempt failed by the surroundings. Attempts that were under way when the outage began count once:
    /// only a probe's failure makes the wait longer. Returns whether this began an outage.
    package mutating func failed(
        _ trigger: TriggerName,
        _ failure: FailureRecord,
        random: Double,
        at uptime: Duration
    ) -> Bool {
        guard var outage = outages[trigger] else {
            let interval = Duration.milliseconds(250)
            outages[trigger] = Outage(
                interval: interval,
                nextProbe: immediateProbes > 0 ? uptime : uptime + interval * (0.5 + random / 2),
                isProbing: false,
                failure: failure
            )
            return true
        }
        if outage.isProbing {
            outage.failedProbes += 1
            outage.interval = min(outage.interval * 2, Self.longestInterval)
            let wait = outage.interval * (0.5 + random / 2)
            outage.nextProbe = outage.failedProbes < immediateProbes ? uptime : uptime + wait
            outage.isProbing = false
        }
        outage.failure = failure
        outages[trigger] = outage
        return false
    }

    /// An attempt ended otherwise: the surroundings work. Returns whether this ended an outage.
    package mutating func passed(_ trigger: TriggerName) -> Bool {
        outages.removeValue(forKey: trigger) != nil
    }

    /// An attempt ended without telling anything of the surroundings (cancelled, fenced): another may probe
    /// at once.
    package mutating func told(nothingOf trigger: TriggerName) { outages[trigger]?.isProbing = false }
}
