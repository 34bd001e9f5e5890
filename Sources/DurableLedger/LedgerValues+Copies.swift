internal import EventModel

extension PlannedOutput {
    /// The same output, to be published over what lies there or not.
    func allowing(replacement mayReplace: Bool) -> PlannedOutput {
        PlannedOutput(bucket: bucket, key: key, staged: staged, digest: digest, mayReplace: mayReplace)
    }
}

extension OutputRow {
    /// The same output, published.
    func published(as version: ObjectVersion) -> OutputRow {
        OutputRow(
            bucket: bucket,
            key: key,
            owner: owner,
            delivery: delivery,
            version: version,
            digest: digest
        )
    }

    /// Orders by bucket and key.
    package static func isBefore(_ left: OutputRow, _ right: OutputRow) -> Bool {
        (left.bucket, left.key) < (right.bucket, right.key)
    }
}

extension CounterRow {
    /// Orders by trigger, class and the life of a delivery.
    package static func isBefore(_ left: CounterRow, _ right: CounterRow) -> Bool {
        (left.trigger, left.deliveryClass.rawValue, left.state.order)
            < (right.trigger, right.deliveryClass.rawValue, right.state.order)
    }
}

extension DeliveryState {
    /// Its place in the life of a delivery; also its number in stored rows, so it never changes.
    var order: Int {
        switch self {
        case .ready: 0
        case .leased: 1
        case .committing: 2
        case .done: 3
        case .dead: 4
        case .superseded: 5
        case .skipped: 6
        case .cancelled: 7
        }
    }
}
