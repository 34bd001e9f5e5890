public import EventModel

/// What a run of a pipeline did.
public struct PipelineReport: Sendable, Hashable {
    /// Where the records of one stage went.
    public struct Stage: Sendable, Hashable {
        /// The stage as the configuration calls it: `parse: json`, `drop_if`.
        public let name: String
        /// Records that came to it.
        public let input: UInt64
        /// Records that it dropped on purpose.
        public let dropped: UInt64
        /// Records that it rejected.
        public let rejected: UInt64
        /// Records that it found to be copies of others.
        public let deduplicated: UInt64
    }

    /// Tally, bytes, codec and warnings.
    public let totals: PipelineDriverReport
    /// Stage by stage, in order; none when bytes were passed through.
    public let stages: [Stage]

    /// Where the records went; balanced.
    public var tally: RecordTally { totals.tally }
    /// What the operator should know though the run succeeded.
    public var warnings: [String] { totals.warnings }

    /// Sorts the counters of the processor by stage.
    init(_ totals: PipelineDriverReport, stageNames: [String]) {
        self.totals = totals
        stages = stageNames.enumerated().map { index, name in
            let counts = (0..<StageCounts.perStage).map {
                let place = StageCounts.perStage * index + $0
                return place < totals.counters.count ? totals.counters[place] : 0
            }
            return Stage(
                name: name,
                input: counts[0],
                dropped: counts[1],
                rejected: counts[2],
                deduplicated: counts[3]
            )
        }
    }
}
