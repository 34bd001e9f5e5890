internal import Synchronization

/// Which format each unit has, decided once for all threads of all runs.
final class FormatDecisions: Sendable {
    /// Units that are remembered: those in flight at one time, with some to spare.
    private static let remembered = 16

    private struct State {
        let formats: [FormatName]
        /// Made when the first unit comes.
        var probe: FormatProbe?
        /// The newest last.
        var recent: [(unit: UnitContext, score: FormatProbe.Score)] = []
    }

    private let state: Mutex<State>

    /// Decides between these formats.
    init(_ formats: [FormatName]) { state = Mutex(State(formats: formats)) }

    /// The format of a unit: the same, whoever asks and whenever.
    func score(of unit: UnitContext) -> FormatProbe.Score {
        state.withLock { state in
            if let known = state.recent.last(where: { $0.unit === unit }) { return known.score }
            let probe = state.probe ?? FormatProbe(state.formats)
            state.probe = probe
            let score = probe.best(unit)
            if state.recent.count == Self.remembered { state.recent.removeFirst() }
            state.recent.append((unit, score))
            return score
        }
    }
}
