package import DurableLedger
package import EventModel
package import TriggerRules

/// Which deliveries published outputs cause (DESIGN 5.6 f); pure.
package enum Chaining {
    /// No delivery lies further than this from an outside event (trap Q14: AWS stops recursion at 16 as
    /// well).
    package static let mostHops = 16

    /// What outputs in one bucket cause. A target that has seen this very version needs nothing: its content
    /// is what it was, or a former try of this completion already told it.
    package static func caused(
        by objects: [ObjectInfo],
        in bucket: BucketName,
        hop: Int,
        triggers: [Trigger],
        rows: [TargetRow]
    ) -> [Completion.Caused] {
        let matcher = TriggerMatcher(triggers: triggers)
        var seen: [TargetID: ObjectVersion] = [:]
        for row in rows { seen[row.id] = row.seen }
        return objects.flatMap { info in
            matcher.matching(IntakeRules.event(for: info, in: bucket)).compactMap { trigger in
                let target = TargetID(trigger: trigger.name, bucket: bucket, key: info.key)
                guard seen[target] != info.version else { return nil }
                let isWithin = hop + 1 <= mostHops
                return Completion.Caused(
                    target: target,
                    object: info,
                    delivers: isWithin,
                    reason: isWithin ? nil : "hop-limit"
                )
            }
        }
    }
}
