internal import CSimdjson

/// Counts by stage what became of the records, from the records' own state.
struct StageCounts {
    /// Four per stage: records in, dropped, rejected, deduplicated; what was folded is in none of the latter.
    private(set) var values: [UInt64]
    /// Counters of one stage.
    static let perStage = 4
    private var stage = 0
    private var alreadyDeduplicated = 0
    private var alreadyAggregated = 0
    private var live = 0
    private var alreadyRejected = 0
    /// Records that were rejected before the first stage.
    private(set) var rejectedBefore: UInt64 = 0

    /// Counts nothing yet.
    init(stageCount: Int) { values = [UInt64](repeating: 0, count: Self.perStage * stageCount) }

    /// Records that a stage folded into groups.
    private(set) var aggregated: UInt64 = 0

    /// Records that all stages dropped.
    var dropped: UInt64 { sum(1) }
    /// Records that all stages rejected.
    var rejected: UInt64 { sum(2) }
    /// Records that all stages found to be copies.
    var deduplicated: UInt64 { sum(3) }

    private func sum(_ place: Int) -> UInt64 {
        stride(from: place, to: values.count, by: Self.perStage).reduce(0) { $0 &+ values[$1] }
    }

    /// Notes records that never came to be looked at, because a stage drops them.
    mutating func addDropped(_ count: UInt64, ofStage stage: Int) {
        values[Self.perStage * stage] &+= count
        values[Self.perStage * stage + 1] &+= count
    }

    /// Starts a batch, of which every record is live, except those that the framer rejected; rows of groups
    /// begin behind the stage that folded them.
    mutating func begin(_ batch: RecordBatch, at stage: Int = 0) {
        self.stage = stage
        live = batch.liveCount
        alreadyRejected = batch.count - live
        rejectedBefore &+= UInt64(alreadyRejected)
        alreadyDeduplicated = 0
        alreadyAggregated = 0
    }

    /// Notes what a stage did; marks the records that it rejected with its number.
    mutating func endStage(_ batch: RecordBatch) {
        var nowLive = 0
        var nowRejected = 0
        var nowDeduplicated = 0
        var nowAggregated = 0
        for index in 0..<batch.count {
            let state = unsafe batch.records[index].state
            if state == UInt8(SLUICE_LIVE) { nowLive &+= 1 }
            if state == UInt8(SLUICE_REJECTED) { nowRejected &+= 1 }
            if state == UInt8(SLUICE_DEDUPLICATED) { nowDeduplicated &+= 1 }
            if state == UInt8(SLUICE_AGGREGATED) { nowAggregated &+= 1 }
        }
        let newlyRejected = nowRejected - alreadyRejected
        let newlyDeduplicated = nowDeduplicated - alreadyDeduplicated
        let newlyAggregated = nowAggregated - alreadyAggregated
        let place = Self.perStage * stage
        values[place] &+= UInt64(live)
        values[place + 1] &+= UInt64(
            live - nowLive - newlyRejected - newlyDeduplicated - newlyAggregated
        )
        aggregated &+= UInt64(newlyAggregated)
        values[place + 2] &+= UInt64(newlyRejected)
        values[place + 3] &+= UInt64(newlyDeduplicated)
        if newlyRejected > 0 { mark(batch) }
        live = nowLive
        alreadyRejected = nowRejected
        alreadyDeduplicated = nowDeduplicated
        alreadyAggregated = nowAggregated
        stage += 1
    }

    /// Stage numbers in records count from 1; 0 is "not marked yet".
    private func mark(_ batch: RecordBatch) {
        for index in 0..<batch.count {
            let record = unsafe batch.records[index]
            if record.state == UInt8(SLUICE_REJECTED), record.step == 0 {
                unsafe batch.records[index].step = UInt8(clamping: stage + 1)
            }
        }
    }
}
