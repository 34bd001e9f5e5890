internal import DurableLedger
internal import EventModel
internal import Synchronization

/// A ledger that does not take what it is told of some keys, for as long as a test wants.
final class LedgerAnswers: Sendable {
    /// What it says instead.
    enum Answer: Sendable {
        /// The object is an output under commit.
        case deferred
        /// The row is another than expected, always.
        case moved
    }

    private let inner = ReferenceLedger()
    private let answers = Mutex<[ObjectKey: Answer]>([:])

    /// Says so of a key from now on, or takes it again.
    func set(_ answer: Answer?, for key: ObjectKey) { answers.withLock { $0[key] = answer } }

    /// The ledger.
    var ledger: CrashingLedger {
        CrashingLedger(inner: inner, crash: CrashPoint()) { observations, now in
            let answers = self.answers.withLock { $0 }
            guard observations.contains(where: { answers[$0.target.key] != nil }) else { return nil }
            var results: [ObservationResult] = []
            for observation in observations {
                results.append(await self.result(observation, answers, now))
            }
            return results
        }
    }

    private func result(
        _ observation: Observation,
        _ answers: [ObjectKey: Answer],
        _ now: Timestamp
    ) async -> ObservationResult {
        let target = observation.target
        switch answers[target.key] {
        case .deferred: return .deferred
        case .moved:
            let rows = await inner.targets(in: target.bucket, keys: [target.key])
            return rows.first.map { .moved($0) } ?? .deferred
        case nil: return await inner.observe([observation], at: now)[0]
        }
    }
}
