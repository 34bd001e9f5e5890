internal import DurableLedger
internal import EventModel
internal import EventProcessing

/// Figures that the status holds; names after conventions.md 9, with our words.
enum StatusMetrics {
    /// The version in `sluice_build_info`.
    static let version = Version.current

    /// The families that a status gives.
    static func families(of status: ServiceStatus, at now: Timestamp) -> MetricFamilies {
        service(status) + queue(status, at: now) + buckets(of: status)
    }

    private static func service(_ status: ServiceStatus) -> MetricFamilies {
        let paused = status.triggers.map { row in
            sample(row.pausedReason == nil ? 0 : 1, ("trigger", row.name.rawValue))
        }
        return [
            gauge("sluice_build_info", "The version that runs.", [sample(1, ("version", version))]),
            gauge(
                "sluice_start_timestamp_seconds",
                "When this boot began.",
                [sample(seconds(status.started))]
            ),
            gauge("sluice_healthy", "1 while the health is ok.", [sample(status.health == "ok" ? 1 : 0)]),
            gauge(
                "sluice_active_attempts",
                "Attempts in flight.",
                [sample(Double(status.activeAttempts))]
            ),
            gauge("sluice_workers", "How many attempts may be in flight.", [sample(Double(status.workers))]),
            gauge("sluice_trigger_paused", "1 while the trigger is paused.", paused),
        ]
    }

    private static func queue(_ status: ServiceStatus, at now: Timestamp) -> MetricFamilies {
        let states = status.counters.map { row in
            sample(
                Double(row.count),
                ("trigger", row.trigger.rawValue),
                ("class", row.deliveryClass.word),
                ("state", row.state.rawValue)
            )
        }
        let age = status.oldestReady.map { now.elapsed(since: $0) / .seconds(1) } ?? 0
        return [
            gauge("sluice_queue_deliveries", "Deliveries by state, as the ledger counts them.", states),
            gauge(
                "sluice_queue_oldest_delivery_age_seconds",
                "How long the oldest delivery that could run has waited.",
                [sample(max(0, age))]
            ),
        ]
    }

    private static func gauge(
        _ name: String,
        _ help: String,
        _ samples: [MetricFamily.Sample]
    ) -> MetricFamily {
        MetricFamily(name, .gauge, help, samples)
    }

    private static func sample(_ value: Double, _ labels: (String, String)...) -> MetricFamily.Sample {
        MetricFamily.Sample(value, labels: labels.map { MetricFamily.Label($0.0, $0.1) })
    }

    private static func buckets(of status: ServiceStatus) -> MetricFamilies {
        func samples(_ value: (BucketStatus) -> Double?) -> [MetricFamily.Sample] {
            status.buckets.compactMap { bucket in
                value(bucket).map { .init($0, labels: [MetricFamily.Label("bucket", bucket.name.rawValue)]) }
            }
        }
        return [
            MetricFamily(
                "sluice_watch_last_list_timestamp_seconds",
                .gauge,
                "When the last complete scan of a bucket ended.",
                samples { $0.lastScan.map(seconds) }
            ),
            MetricFamily(
                "sluice_watch_objects",
                .gauge,
                "Objects that the last complete scan saw.",
                samples { Double($0.objectCount) }
            ),
            MetricFamily(
                "sluice_watch_ineligible_entries",
                .gauge,
                "Entries of the last complete scan that are no objects.",
                samples { Double($0.ineligible.values.reduce(0, +)) }
            ),
            MetricFamily(
                "sluice_watch_overflows_total",
                .counter,
                "Overflows of the kernel's notification queue.",
                samples { Double($0.overflows) }
            ),
        ]
    }

    private static func seconds(_ time: Timestamp) -> Double { Double(time.milliseconds) / 1000 }
}

/// The program's version.
public enum Version {
    /// After semver.org; the first release has not been cut.
    public static let current = "0.1.0"
}
