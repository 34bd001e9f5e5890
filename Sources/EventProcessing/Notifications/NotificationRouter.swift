internal import DurableLedger
public import EventModel

/// What became of one message.
public enum NotificationOutcome: Sendable {
    /// All of it is recorded, or known, or of no bucket of ours; the source can forget it.
    case accepted(NotifiedTally)
    /// It speaks of no object; the source can forget it.
    case ignored(reason: String)
    /// It cannot be read.
    case refused(RefusedNotification)
}

/// Who takes messages from the webhook.
public protocol NotificationReceiver: Sendable {
    /// Reads a message and looks at what it speaks of. Returns after the ledger's commit; throws when the
    /// store or the ledger does not answer, or an object cannot be decided now, and the source should send it
    /// again.
    func receive(
        _ message: [UInt8],
        headers: [String: String],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotificationOutcome
}

extension EventProcessor: NotificationReceiver {
    /// Reads a message and looks at what it speaks of.
    public func receive(
        _ message: [UInt8],
        headers: [String: String],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotificationOutcome {
        try await NotificationRouter(core: core, intake: intake).receive(
            message,
            headers: headers,
            from: origin
        )
    }

    /// Looks at objects that were read elsewhere.
    package func notified(
        _ objects: [NotifiedObject],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotifiedTally {
        try await NotificationRouter(core: core, intake: intake).notified(objects, from: origin)
    }
}

/// Brings what notifications speak of to the buckets that it concerns, and counts it.
struct NotificationRouter: Sendable {
    /// What all parts share.
    let core: ProcessingCore
    /// Records what is seen.
    let intake: Intake
    /// Reads messages.
    private let decoder = NotificationDecoder()

    /// Uses what all parts share.
    init(core: ProcessingCore, intake: Intake) {
        self.core = core
        self.intake = intake
    }

    /// Reads a message and looks at what it speaks of.
    func receive(
        _ message: [UInt8],
        headers: [String: String],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotificationOutcome {
        switch read(message, headers: headers, from: origin) {
        case .ignored(let reason): return .ignored(reason: reason)
        case .refused(let refused): return .refused(refused)
        case .objects(let objects):
            let tally = try await notified(objects, from: origin)
            guard let object = tally.undecided.first else { return .accepted(tally) }
            throw SluiceError(
                .notificationUndecided,
                "\(tally.undecided.count) of its objects cannot be decided now, among them “\(object.key)”.",
                hint: "It is being written, as a rule by this service; send the message again."
            )
        }
    }

    /// Reads a message, and counts it when it speaks of nothing or cannot be read.
    func read(
        _ message: [UInt8],
        headers: [String: String] = [:],
        from origin: NotificationOrigin
    ) -> NotificationReading {
        let reading = decoder.read(message, headers: headers)
        switch reading {
        case .objects: break
        case .ignored: count(origin, "") { $0.ignored += 1 }
        case .refused: count(origin, "") { $0.refused += 1 }
        }
        return reading
    }

    /// Looks at objects in every bucket that has that name at its store and takes notifications this way;
    /// those that the tally calls undecided must be announced again.
    func notified(
        _ objects: [NotifiedObject],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotifiedTally {
        var total = NotifiedTally()
        let setups = core.configuration.buckets.filter { $0.value.notifications.takes(origin) }
        for (name, group) in Dictionary(grouping: objects, by: \.bucketAtStore) {
            let buckets = setups.filter { $0.value.notifications.bucketAtStore == name }.keys.sorted()
            if buckets.isEmpty {
                total.received += group.count
                total.ignored += group.count
                count(origin, "") { $0.ignored += UInt64(group.count) }
            }
            for bucket in buckets { total += try await notified(group, in: bucket, from: origin) }
        }
        return total
    }

    private func notified(
        _ objects: [NotifiedObject],
        in bucket: BucketName,
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotifiedTally {
        do throws(SluiceError) {
            let tally = try await intake.notified(objects, in: bucket)
            count(origin, bucket) { counts in
                counts.received += UInt64(tally.received - tally.undecided.count)
                counts.failed += UInt64(tally.undecided.count)
                counts.ignored += UInt64(tally.ignored)
                counts.known += UInt64(tally.known)
                counts.asked += UInt64(tally.asked)
                counts.alternate += UInt64(tally.alternate)
            }
            return tally
        } catch {
            core.heed(error)
            count(origin, bucket) { $0.failed += UInt64(objects.count) }
            throw error
        }
    }

    private func count(
        _ origin: NotificationOrigin,
        _ bucket: BucketName,
        _ change: (inout NotificationCounts) -> Void
    ) {
        core.metrics.update { metrics in
            change(&metrics.notifications[bucket, default: [:]][origin.word, default: NotificationCounts()])
        }
    }
}
