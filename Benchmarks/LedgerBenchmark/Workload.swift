internal import DurableLedger
internal import EventModel

/// What the benchmark asks of a ledger: deliveries of the usual shape, with one output each.
enum Workload {
    static let ledgerID = "0123456789abcdef0123456789abcdef"
    static let now = Timestamp(milliseconds: 1_790_812_800_000)
    static let trigger = TriggerRegistration(name: "web-logs", bucket: "inbox")
    private static let fingerprint = Fingerprint(
        hex: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )

    static func observation(_ name: String) -> Observation {
        let key = ObjectKey("nginx/\(name)")
        let info = ObjectInfo(
            key: key,
            version: ObjectVersion(identity: "i1234567-s20480-m1790812800000000000-c1790812800000000000"),
            sizeBytes: 20_480,
            modified: now
        )
        return Observation(
            target: TargetID(trigger: trigger.name, bucket: trigger.bucket, key: key),
            expectedRevision: 0,
            object: info,
            eventType: .createdPut,
            action: .deliver(.live)
        )
    }

    static func request(limit: Int) -> LeaseRequest {
        let pick = LeaseRequest.Pick(trigger: trigger.name, deliveryClass: .live, limit: limit)
        return LeaseRequest(owner: OwnerID(boot: "first"), picks: [pick], now: now)
    }

    /// Decides and completes a delivery as a no-op function would.
    static func finish(_ lease: Lease, in ledger: SQLiteLedger) async throws {
        let digest = ContentDigest(crc64: UInt64(lease.token.rawValue), sizeBytes: 20_480)
        let key = ObjectKey(bytes: Array("web/".utf8) + lease.delivery.target.key.bytes)
        var statistics = DeliveryStatistics()
        statistics.tally = RecordTally()
        statistics.tally?.input = 100
        statistics.tally?.output = 100
        statistics.bytesIn = 20_480
        statistics.bytesOut = 20_480
        statistics.duration = .milliseconds(3)
        let output = PlannedOutput(
            bucket: "clean",
            key: key,
            staged: ".sluice/\(ledgerID)/first/\(lease.token.rawValue)-0",
            digest: digest,
            mayReplace: false
        )
        let decision = try await ledger.decide(
            CommitDecision(
                delivery: lease.delivery.id,
                token: lease.token,
                version: lease.delivery.version,
                digest: digest,
                fingerprint: fingerprint,
                outputs: [output],
                statistics: statistics,
                skipsSameContent: true,
                wantsAfterAction: false,
                now: now
            )
        )
        guard case .commit = decision else {
            throw SluiceError(.ledgerUnavailable, "Not decided: \(decision).")
        }
        let info = ObjectInfo(key: key, version: lease.delivery.version, sizeBytes: 20_480, modified: now)
        let completion = Completion(
            delivery: lease.delivery.id,
            token: lease.token,
            outputs: [.init(bucket: "clean", info: info)],
            caused: [],
            now: now
        )
        _ = try await ledger.complete(completion)
    }
}
