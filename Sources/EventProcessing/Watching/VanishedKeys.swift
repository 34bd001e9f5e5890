internal import DurableLedger
internal import EventModel
internal import Logging

/// Observes as gone what vanished unannounced, after a complete listing: while the service was down, or with
/// its hint lost (traps W10, W14).
struct VanishedKeys: Sendable {
    /// So many keys are judged with one read of the ledger.
    private static let pageSize = 512
    /// What all parts share.
    let core: ProcessingCore
    /// Looks at what two listings did not show.
    let intake: Intake
    /// The bucket's name.
    let bucket: BucketName

    /// Judges every key that the ledger has as present by the listing that is complete now.
    func look() async throws(SluiceError) -> Intake.Tally {
        let subject = "vanished of \(bucket)"
        let shown = core.presence.update(bucket) { $0.close() }.sorted()
        let isTooLarge = core.presence.update(bucket) { presence in
            presence.complete(shown)
            return presence.isTooLarge
        }
        var tally = Intake.Tally()
        if isTooLarge {
            core.note(
                problem: "bucket '\(bucket)' has too many objects to notice those that vanish unannounced",
                about: subject
            )
        } else {
            core.clearProblem(about: subject)
            var page = try await keys(after: nil)
            while let last = page.last {
                let missed = core.presence.update(bucket) { $0.judge(page) }
                if !missed.isEmpty { tally += try await intake.unlisted(missed, in: bucket) }
                page = try await keys(after: last)
            }
        }
        core.presence.update(bucket) { $0.end() }
        return tally
    }

    private func keys(after key: ObjectKey?) async throws(SluiceError) -> [ObjectKey] {
        try await core.ledger.presentKeys(in: bucket, after: key, limit: Self.pageSize)
    }
}
