package import EventModel
internal import Execution
internal import HTTPTransport

/// Decides what follows a request that failed; pure. The only layer that tries again below an attempt.
package struct S3RetryPlan: Sendable {
    /// What went wrong with one try.
    package enum Problem: Sendable {
        /// The store said no.
        case refused(S3Refusal)
        /// The store's answer is none.
        case garbled(String)
        /// No whole answer came.
        case failed(SluiceError)
    }

    /// What to do now.
    package enum Step: Sendable, Hashable {
        /// Wait and try again.
        case again(after: Duration)
        /// Get credentials anew, and try again.
        case refresh
        /// Take the store's clock, and try again.
        case correct(Timestamp)
        /// Report the problem.
        case giveUp
    }

    /// So many tries of one request at most, those aside that new credentials or a corrected clock allow.
    package static let mostTries = 5
    /// No try begins later after the first failure: then it is an outage, and whoever asked decides when the
    /// store is asked again, instead of holding a lease meanwhile.
    package static let patience = Duration.seconds(10)

    /// Between two tries.
    static let backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(5))
    private var failures = 0
    /// When the first problem was met.
    private var firstFailure: Duration?
    private var hasRefreshed = false
    private var hasCorrected = false

    /// A request that was not tried yet.
    package init() {}

    /// What follows a problem that was met at the moment `uptime`; `signedAt` is the moment that the request
    /// named, `fraction` random below 1.
    package mutating func step(
        after problem: Problem,
        at uptime: Duration,
        signedAt: Timestamp,
        fraction: Double
    ) -> Step {
        let firstFailure = firstFailure ?? uptime
        self.firstFailure = firstFailure
        let step = step(after: problem, signedAt, fraction)
        if case .again(let wait) = step, uptime - firstFailure + wait > Self.patience { return .giveUp }
        return step
    }

    private mutating func step(after problem: Problem, _ signedAt: Timestamp, _ fraction: Double) -> Step {
        switch problem {
        case .refused(let refusal): step(after: refusal, signedAt, fraction)
        case .garbled: again(most: 3, nil, fraction)
        case .failed(let error):
            switch error.code {
            case .transportFailed, .transportTimeout, .transportTruncated: again(nil, fraction)
            case .transportUnreachable: again(most: 2, nil, fraction)
            default: .giveUp
            }
        }
    }

    private mutating func step(
        after refusal: S3Refusal,
        _ signedAt: Timestamp,
        _ fraction: Double
    ) -> Step {
        // HEAD is answered without words: then the status and the clocks are all there is to go by.
        let isWordless = refusal.code.isEmpty
        let isSkewed = refusal.date.map { ServerClock.isSkewed($0, signedAt: signedAt) } ?? false
        switch refusal.kind {
        case .skewedClock: return correct(refusal.date)
        case .denied where isWordless && isSkewed: return correct(refusal.date)
        case .expiredCredentials, .unknownKey: return refresh()
        case .denied where isWordless, .other where isWordless && refusal.status == 400: return refresh()
        case .busy, .conflict: return again(refusal.retryAfter, fraction)
        default: return .giveUp
        }
    }

    private mutating func correct(_ date: Timestamp?) -> Step {
        guard let date, !hasCorrected else { return .giveUp }
        hasCorrected = true
        return .correct(date)
    }

    private mutating func refresh() -> Step {
        if hasRefreshed { return .giveUp }
        hasRefreshed = true
        return .refresh
    }

    private mutating func again(
        most: Int = Self.mostTries,
        _ asked: Duration?,
        _ fraction: Double
    ) -> Step {
        failures += 1
        guard failures < most else { return .giveUp }
        let wait = Self.backoff.ceiling(afterFailures: failures) * fraction
        // What the store asks for is kept, plus jitter, so that those it sent away do not return together.
        return .again(after: (asked ?? .zero) + wait)
    }
}

extension S3RetryPlan.Problem {
    /// The error for it; `subject` says what was tried.
    package func error(_ subject: S3Subject) -> SluiceError {
        switch self {
        case .refused(let refusal):
            return refusal.error(subject)
        case .garbled(let reason):
            return SluiceError(
                .storageBadAnswer,
                "Could not \(subject): \(reason).",
                hint: "Check that the endpoint is an S3-compatible store, and proxies on the way."
            )
        case .failed(let error):
            switch error.code {
            case .transportCancelled:
                return SluiceError(.cancelled, "Told to end while asked to \(subject).", cause: error)
            case .transportFailed, .transportTimeout, .transportTruncated, .transportUnreachable:
                return SluiceError(
                    .storageUnavailable,
                    "Could not \(subject): the store does not answer.",
                    hint: error.hint ?? "The work goes on by itself when it does.",
                    cause: error
                )
            default: return error
            }
        }
    }
}
