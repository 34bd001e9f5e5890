internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport

/// Buckets of one kind, with a moment before and after each of their calls.
protocol RaceGround: Sendable {
    /// `inbox`, `clean`, `lake` and `mirror`.
    var stores: [any ObjectStore] { get }
    /// Calls `action` at each of those moments, on whatever thread that is.
    func onMoment(_ action: @escaping @Sendable () -> Void)
    /// Puts a source as another program would.
    func put(_ key: ObjectKey, _ bytes: [UInt8])
    /// Removes a source as another program would.
    func remove(_ key: ObjectKey)
    /// The bytes that lie under a key.
    func bytes(_ bucket: BucketName, _ key: ObjectKey) -> [UInt8]?
    /// All keys of a bucket, in order.
    func keys(_ bucket: BucketName) -> [ObjectKey]
    /// What was staged or begun, and neither published nor taken back.
    var leftovers: [String] { get }
    /// Ends what runs.
    func end() async
}

/// The buckets of every race.
let raceBuckets: [BucketName] = ["inbox", "clean", "lake", "mirror"]

/// Buckets in memory, where each put is a version of its own.
struct MemoryRaceGround: RaceGround {
    private let house = House(buckets: raceBuckets)

    var stores: [any ObjectStore] { Array(house.stores.values) }
    var leftovers: [String] { house.stores.values.flatMap { $0.stagedReferences.map(\.text) } }
    func put(_ key: ObjectKey, _ bytes: [UInt8]) { house["inbox"].put(key, bytes) }
    func remove(_ key: ObjectKey) { house["inbox"].remove(key) }
    func bytes(_ bucket: BucketName, _ key: ObjectKey) -> [UInt8]? { house[bucket].bytes(of: key) }
    func keys(_ bucket: BucketName) -> [ObjectKey] { house[bucket].keys }
    func onMoment(_ action: @escaping @Sendable () -> Void) {
        for store in house.stores.values { store.setFaultHook { _ in action() } }
    }
    func end() async {}
}

/// Buckets at a server over HTTP, where equal bytes are one version; sources are read in ranges.
struct S3RaceGround: RaceGround {
    let stores: [any ObjectStore]
    private let server: FaultyS3Server
    private let pool = BlockingPool(name: "s3", limit: 8, stackBytes: NativeThread.smallStackBytes)

    init(_ manner: FaultyS3Manner) throws {
        server = FaultyS3Server(buckets: raceBuckets.map(\.rawValue), manner: manner)
        let client = try HTTPClient()
        var stores: [any ObjectStore] = []
        for bucket in raceBuckets {
            var settings = S3Settings(
                bucketName: bucket.rawValue,
                credentials: AnonymousCredentials(),
                client: client
            )
            settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
            settings.probes = false
            if bucket == "inbox" { (settings.wholeLimitBytes, settings.partSizeBytes) = (20, 20) }
            stores.append(S3ObjectStore(bucket: bucket, settings: settings, pool: pool))
        }
        self.stores = stores
    }

    var leftovers: [String] { server.openUploads() }
    func put(_ key: ObjectKey, _ bytes: [UInt8]) { server.put(key, bytes, bucket: "inbox") }
    func remove(_ key: ObjectKey) { server.remove(key, bucket: "inbox") }
    func bytes(_ bucket: BucketName, _ key: ObjectKey) -> [UInt8]? {
        server.object(key, bucket: bucket.rawValue)?.bytes
    }
    func keys(_ bucket: BucketName) -> [ObjectKey] { server.keys(bucket: bucket.rawValue) }
    func onMoment(_ action: @escaping @Sendable () -> Void) { server.onRequest { _ in action() } }
    func end() async {
        server.stop()
        await pool.shutdown()
    }
}
