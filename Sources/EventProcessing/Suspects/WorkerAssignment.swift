internal import DurableLedger
public import EventModel
internal import ObjectStorage

/// One attempt's work, complete enough to be done in another process: `sluice worker` reads it as JSON.
public struct WorkerAssignment: Sendable, Hashable, Codable {
    /// The delivery.
    public let delivery: Int64
    /// The attempt's fence; part of every staged output's name.
    public let token: Int64
    /// The boot that leased it; part of every staged output's name.
    public let boot: String
    /// The ledger's id; part of every staged output's name.
    public let ledger: String
    /// The trigger's name.
    public let trigger: String
    /// The source's bucket.
    public let bucket: String
    /// The source's key, as bytes.
    public let key: [UInt8]
    /// The version that the delivery was made for.
    public let version: String
    /// That version's stored length.
    public let sizeBytes: UInt64
    /// What happened.
    public let eventType: String
    /// When the object was last modified.
    public let eventTime: Timestamp
    /// The function as the service knows it; a child that knows another refuses.
    public let fingerprint: String

    /// The lane of a job, whose trigger no configuration file has.
    public let lane: Lane?

    /// What a child needs to make a job's trigger.
    public struct Lane: Sendable, Hashable, Codable {
        /// The lane's name.
        let name: String
        /// What the job was asked to do.
        let specification: String
    }

    /// Describes a lease for whoever runs it.
    init(
        _ lease: Lease,
        ledger: String,
        boot: String,
        fingerprint: Fingerprint,
        lane: JobLane? = nil
    ) {
        self.lane = lane.map { Lane(name: $0.name, specification: $0.specification) }
        let delivery = lease.delivery
        self.delivery = delivery.id.rawValue
        token = lease.token.rawValue
        self.boot = boot
        self.ledger = ledger
        trigger = delivery.target.trigger.rawValue
        bucket = delivery.target.bucket.rawValue
        key = delivery.target.key.bytes
        version = delivery.version.identity
        sizeBytes = delivery.sizeBytes
        eventType = delivery.eventType.name
        eventTime = delivery.eventTime
        self.fingerprint = fingerprint.hex
    }

    /// The trigger.
    var triggerName: TriggerName { TriggerName(trigger) }
    /// The source's bucket.
    var bucketName: BucketName { BucketName(bucket) }
    /// The source's key.
    var objectKey: ObjectKey { ObjectKey(bytes: key) }
    /// The version that the delivery was made for.
    var objectVersion: ObjectVersion { ObjectVersion(identity: version) }

    /// Names the attempt's staged output number `number`.
    func stageName(_ number: Int) -> StageName {
        StageName(ledger: ledger, boot: boot, token: token, number: number)
    }
}
