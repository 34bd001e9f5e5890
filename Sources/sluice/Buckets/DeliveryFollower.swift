internal import ControlPlane
internal import EventModel

/// Waits for the deliveries of an object version, and for those that their outputs cause.
struct DeliveryFollower {
    /// The running service.
    let door: any Door
    /// When to give up waiting.
    let deadline: ContinuousClock.Instant
    /// How often the service is asked.
    private static let interval = Duration.milliseconds(25)

    /// Waits until everything has ended; `ok` is false when a delivery died, was cancelled, or no trigger
    /// took the object.
    func follow(_ place: PlaceArgument, version: ObjectVersion) async throws(SluiceError) -> PutView {
        let first = try await seen(place, version)
        guard let object = first.object else {
            throw SluiceError(.commandFailed, "\(place.text) disappeared before the service saw it.")
        }
        var ended: [HistoryView] = []
        var open = first.deliveries.filter { $0.delivery.version == version.identity }.map(\.delivery.id)
        while let id = open.first {
            open.removeFirst()
            let history = try await end(of: id)
            ended.append(history)
            open += try await caused(by: history)
        }
        let isTaken = first.verdicts.contains(where: \.takes)
        let isWell =
            isTaken && ended.allSatisfy { ["done", "skipped", "superseded"].contains($0.delivery.state) }
        return PutView(
            ok: isWell,
            object: object,
            bucket: place.bucket.rawValue,
            refusals: isTaken ? [] : first.verdicts,
            deliveries: ended
        )
    }

    /// The key's explanation once every trigger that takes it has seen this version.
    private func seen(
        _ place: PlaceArgument,
        _ version: ObjectVersion
    ) async throws(SluiceError) -> ExplanationView {
        while true {
            let view = try await door.get(ExplanationView.self, "/v1/why", place.query)
            let takers = Set(view.verdicts.filter(\.takes).map(\.trigger))
            let seen = Set(view.targets.filter { $0.seen == version.identity }.map(\.trigger))
            if takers.isSubset(of: seen) { return view }
            guard view.object?.version == version.identity else {
                throw SluiceError(
                    .commandFailed,
                    "\(place.text) was replaced or removed before the service saw it."
                )
            }
            try await pause(for: place.text)
        }
    }

    private func end(of id: Int64) async throws(SluiceError) -> HistoryView {
        while true {
            let history = try await door.get(HistoryView.self, "/v1/deliveries/\(id)")
            if history.delivery.isFinal { return history }
            try await pause(for: "delivery \(id)")
        }
    }

    /// Deliveries that this one's outputs caused: made in the same transaction that ended it (DESIGN 5.6 f).
    private func caused(by history: HistoryView) async throws(SluiceError) -> [Int64] {
        var ids: [Int64] = []
        for output in history.outputs {
            let query = ["bucket": output.bucket, "key": output.key] as [String: String?]
            let page = try await door.get(DeliveryPageView.self, "/v1/deliveries", query)
            ids += page.deliveries.filter { $0.cause == history.delivery.id }.map(\.id)
        }
        return ids.sorted()
    }

    private func pause(for what: String) async throws(SluiceError) {
        guard ContinuousClock.now < deadline else {
            throw SluiceError(
                .commandFailed,
                "\(what) has not ended within the time given.",
                hint: "It goes on; 'sluice why' tells how it ends."
            )
        }
        do { try await Task.sleep(for: Self.interval) } catch {
            throw SluiceError(.cancelled, "The command was interrupted.")
        }
    }
}
