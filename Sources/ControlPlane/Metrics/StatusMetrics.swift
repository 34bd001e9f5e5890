internal import DurableLedger
internal import EventModel
internal import EventProcessing

/// Figures that the status holds; names after conventions.md 9, with our words.
enum StatusMetrics {
    /// The version in `sluice_build_info`.
    static let version = Version.current

    /// The families that a status gives.
    static func families(of status: ServiceStatus, at now: Timestamp) -> MetricFamilies {
        typealias Label = MetricFamily.Label
        let queue = status.counters.map { row in
            MetricFamily.Sample(
                Double(row.count),
                labels: [
                    Label("trigger", row.trigger.rawValue), Label("class", row.deliveryClass.word),
                    Label("state", row.state.rawValue),
                ])
        }
        let age = status.oldestReady.map { now.elapsed(since: $0) / .seconds(1) } ?? 0
        return [
            MetricFamily("sluice_build_info", .gauge, "The version that runs.", [.init(1, labels: [Label("version", version)])]),
            MetricFamily(
                "sluice_start_timestamp_seconds", .gauge, "When this boot began.",
                [.init(seconds(status.started))]),
            MetricFamily(
                "sluice_healthy", .gauge, "1 while the health is ok.", [.init(status.health == "ok" ? 1 : 0)]),
            MetricFamily("sluice_queue_deliveries", .gauge, "Deliveries by state, as the ledger counts them.", queue),
            MetricFamily(
                "sluice_queue_oldest_delivery_age_seconds", .gauge,
                "How long the oldest delivery that could run has waited.", [.init(max(0, age))]),
            MetricFamily(
                "sluice_active_attempts", .gauge, "Attempts in flight.", [.init(Double(status.activeAttempts))]),
            MetricFamily(
                "sluice_workers", .gauge, "How many attempts may be in flight.", [.init(Double(status.workers))]),
            MetricFamily(
                "sluice_trigger_paused", .gauge, "1 while the trigger is paused.",
                status.triggers.map { .init($0.pausedReason == nil ? 0 : 1, labels: [Label("trigger", $0.name.rawValue)]) }),
        ] + buckets(of: status)
    }

    private static func buckets(of status: ServiceStatus) -> MetricFamilies {
        func samples(_ value: (BucketStatus) -> Double?) -> [MetricFamily.Sample] {
            status.buckets.compactMap { bucket in
                value(bucket).map { .init($0, labels: [MetricFamily.Label("bucket", bucket.name.rawValue)]) }
            }
        }
        return [
            MetricFamily(
                "sluice_watch_last_list_timestamp_seconds", .gauge, "When the last complete scan of a bucket ended.",
                samples { $0.lastScan.map(seconds) }),
            MetricFamily(
                "sluice_watch_objects", .gauge, "Objects that the last complete scan saw.",
                samples { Double($0.objectCount) }),
            MetricFamily(
                "sluice_watch_ineligible_entries", .gauge, "Entries of the last complete scan that are no objects.",
                samples { Double($0.ineligible.values.reduce(0, +)) }),
            MetricFamily(
                "sluice_watch_overflows_total", .counter, "Overflows of the kernel's notification queue.",
                samples { Double($0.overflows) }),
        ]
    }

    private static func seconds(_ time: Timestamp) -> Double { Double(time.milliseconds) / 1000 }
}

/// The program's version.
public enum Version {
    /// After semver.org; the first release has not been cut.
    public static let current = "0.1.0"
}
