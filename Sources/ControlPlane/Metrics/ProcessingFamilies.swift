internal import EventModel
public import EventProcessing

/// The counters of a boot as families; names after conventions.md 9, with our words.
public enum ProcessingFamilies {
    /// All families; object keys are never labels.
    public static func families(of metrics: ProcessingMetrics) -> MetricFamilies {
        [
            MetricFamily(
                "sluice_objects_total",
                .counter,
                "Attempts that ended, by outcome.",
                metrics.objects.sorted { $0.key < $1.key }.flatMap { trigger, outcomes in
                    outcomes.sorted { $0.key < $1.key }.map { outcome, count in
                        sample(Double(count), ("trigger", trigger.rawValue), ("outcome", outcome))
                    }
                }
            ),
            MetricFamily(
                "sluice_records_total",
                .counter,
                "Records of committed objects, by outcome.",
                metrics.records.sorted { $0.key < $1.key }.flatMap { records($0.key, $0.value) }
            ),
            MetricFamily(
                "sluice_members_total",
                .counter,
                "Members of archives of committed objects, by result.",
                metrics.members.sorted { $0.key < $1.key }.flatMap { trigger, results in
                    results.sorted { $0.key < $1.key }.map { result, count in
                        sample(Double(count), ("trigger", trigger.rawValue), ("result", result))
                    }
                }
            ),
            MetricFamily(
                "sluice_object_bytes_total",
                .counter,
                "Stored bytes of committed objects.",
                bytes(metrics.bytesIn, "in") + bytes(metrics.bytesOut, "out")
            ),
            MetricFamily(
                "sluice_delivery_duration_seconds",
                .histogram,
                "From lease to done.",
                metrics.durations.sorted { $0.key < $1.key }.flatMap { histogram($0.key, $0.value) }
            ),
            MetricFamily(
                "sluice_watch_observed_objects_total",
                .counter,
                "Object versions seen for the first time.",
                buckets(metrics.observed)
            ),
            MetricFamily(
                "sluice_watch_scans_total",
                .counter,
                "Complete scans of a bucket.",
                buckets(metrics.scans)
            ),
            MetricFamily(
                "sluice_notifications_total",
                .counter,
                "What notifications brought: objects, but for refused messages; no bucket: of none of ours.",
                metrics.notifications.sorted { $0.key < $1.key }.flatMap { notifications($0.key, $0.value) }
            ),
        ]
    }

    private static func sample(
        _ value: Double,
        suffix: String = "",
        _ labels: (String, String)...
    ) -> MetricFamily.Sample {
        MetricFamily.Sample(value, labels: labels.map { MetricFamily.Label($0.0, $0.1) }, suffix: suffix)
    }

    private static func records(_ trigger: TriggerName, _ tally: RecordTally) -> [MetricFamily.Sample] {
        [
            ("in", tally.input), ("created", tally.created), ("out", tally.output),
            ("dropped", tally.dropped),
            ("rejected", tally.rejected), ("deduplicated", tally.deduplicated),
            ("aggregated", tally.aggregated),
        ].map { sample(Double($0.1), ("trigger", trigger.rawValue), ("outcome", $0.0)) }
    }

    private static func bytes(_ counts: [TriggerName: UInt64], _ direction: String) -> [MetricFamily.Sample] {
        counts.sorted { $0.key < $1.key }.map {
            sample(Double($0.value), ("trigger", $0.key.rawValue), ("direction", direction))
        }
    }

    private static func buckets(_ counts: [BucketName: UInt64]) -> [MetricFamily.Sample] {
        counts.sorted { $0.key < $1.key }.map { sample(Double($0.value), ("bucket", $0.key.rawValue)) }
    }

    private static func notifications(
        _ bucket: BucketName,
        _ ways: [String: NotificationCounts]
    ) -> [MetricFamily.Sample] {
        ways.sorted { $0.key < $1.key }.flatMap { way, counts in
            counts.byOutcome.map { outcome, count in
                sample(Double(count), ("bucket", bucket.rawValue), ("source", way), ("outcome", outcome))
            }
        }
    }

    /// Cumulated counts with their upper bounds, as the format asks.
    private static func histogram(
        _ trigger: TriggerName,
        _ histogram: DurationHistogram
    ) -> [MetricFamily.Sample] {
        var samples: [MetricFamily.Sample] = []
        var sum: UInt64 = 0
        for (bound, count) in zip(DurationHistogram.boundsSeconds + [.infinity], histogram.counts) {
            sum += count
            let text = bound.isInfinite ? "+Inf" : String(bound)
            samples.append(
                sample(Double(sum), suffix: "_bucket", ("trigger", trigger.rawValue), ("le", text))
            )
        }
        samples.append(sample(histogram.sumSeconds, suffix: "_sum", ("trigger", trigger.rawValue)))
        samples.append(sample(Double(sum), suffix: "_count", ("trigger", trigger.rawValue)))
        return samples
    }
}
