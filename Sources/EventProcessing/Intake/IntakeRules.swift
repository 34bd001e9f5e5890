package import DurableLedger
package import EventModel
package import TriggerRules

/// How a change became known.
package enum Provenance: Sendable, Hashable {
    /// A watcher, a notification or an operator's hint.
    case live
    /// A listing.
    case scan
}

/// What to record of one look at one key (DESIGN 5, steps 1 and 2); pure.
package enum IntakeRules {
    /// The event that a look at an existing object stands for.
    package static func event(for info: ObjectInfo, in bucket: BucketName) -> ObjectEvent {
        ObjectEvent(
            bucket: bucket,
            key: info.key,
            type: .createdPut,
            version: info.version,
            sizeBytes: info.sizeBytes,
            time: info.modified
        )
    }

    /// What one trigger's target should record, or nil when its row already says all.
    ///
    /// `matches` is the matcher's verdict on `info`. `baseline` is set until the trigger's first scan is
    /// over: what was last modified after that moment came later than the trigger, though a listing shows it.
    package static func observation(
        of info: ObjectInfo?,
        key: ObjectKey,
        by trigger: Trigger,
        matches: Bool,
        row: TargetRow?,
        via provenance: Provenance,
        baseline: Timestamp?
    ) -> Observation? {
        let target = TargetID(trigger: trigger.name, bucket: trigger.bucket, key: key)
        guard let info else {
            guard let row, row.seen != nil else { return nil }
            return Observation(
                target: target,
                expectedRevision: row.revision,
                object: nil,
                eventType: .removedDelete,
                action: .skip(reason: "gone")
            )
        }
        guard matches else { return nil }
        if row?.seen == info.version {
            // Put while the first scan ran: the scan may have taken it for one that was there before.
            guard row?.skippedReason == "existing", baseline != nil, provenance == .live else { return nil }
        }
        let wasThere = baseline.map { info.modified <= $0 } ?? false
        let skips = provenance == .scan && wasThere && trigger.existing == .skip
        return Observation(
            target: target,
            expectedRevision: row?.revision ?? 0,
            object: info,
            eventType: .createdPut,
            action: skips ? .skip(reason: "existing") : .deliver(provenance == .live ? .live : .catchUp)
        )
    }
}
