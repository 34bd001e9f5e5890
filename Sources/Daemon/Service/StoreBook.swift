internal import ControlPlane
public import EventModel
public import EventProcessing
public import Execution
internal import FoundationEssentials
public import HTTPTransport
public import ObjectStorage
internal import Synchronization

/// Makes the stores of a configuration's buckets; connections, credentials and what stores know outlive
/// reloads.
public final class StoreBook: Sendable {
    private struct Known {
        var clients: [StoreConnection: HTTPClient] = [:]
        var providers: [CredentialOrigin: any CredentialProvider] = [:]
        var stores: [BucketName: (place: S3Place, store: S3ObjectStore)] = [:]
    }

    private let pool: BlockingPool
    private let budget = PartBudget()
    private let journal: String?
    private let capabilities: any CapabilityStore
    private let probes: Bool
    private let known = Mutex(Known())

    /// Makes stores whose blocking calls run on `pool`.
    ///
    /// Unfinished uploads are written down below `journal`; with nil whoever is killed leaves them to the
    /// store.
    /// With `probes` stores are tried out before their first output, and what they can do is kept in
    /// `capabilities`; a program that runs for a moment assumes the least instead.
    public init(
        pool: BlockingPool = BlockingPool(name: "bucket", limit: 8),
        journal: String? = nil,
        capabilities: any CapabilityStore = MemoryCapabilityStore(),
        probes: Bool = false
    ) {
        self.pool = pool
        self.journal = journal
        self.capabilities = capabilities
        self.probes = probes
    }

    /// The store of a bucket: the same as before while its settings are. Asks nothing of it yet.
    public func store(of bucket: BucketConfiguration) throws(SluiceError) -> any ObjectStore {
        switch bucket.place {
        case .local(let place):
            return LocalObjectStore(
                bucket: bucket.name,
                path: place.path,
                excluding: place.excludedPaths,
                pool: pool
            )
        case .s3(let place):
            return try store(bucket.name, at: place)
        }
    }

    /// The same for a bucket at a store.
    public func store(_ name: BucketName, at place: S3Place) throws(SluiceError) -> S3ObjectStore {
        if let known = known.withLock({ $0.stores[name] }), known.place == place { return known.store }
        var settings = S3Settings(
            bucketName: place.bucket,
            credentials: try credentials(of: place),
            client: try client(of: place.connection)
        )
        settings.region = place.region
        settings.endpoint = place.connection.endpoint
        settings.pathStyle = place.pathStyle
        settings.probes = probes && place.probes
        settings.partSizeBytes = place.partSizeBytes
        settings.parallelParts = place.parallelParts
        settings.storageClass = place.storageClass
        settings.journal = journal
        let store = S3ObjectStore(
            bucket: name,
            settings: settings,
            pool: pool,
            budget: budget,
            capabilities: capabilities
        )
        known.withLock { $0.stores[name] = (place, store) }
        return store
    }

    /// Forgets what these buckets do not need; who still works with it keeps it until the end.
    func keep(_ buckets: [BucketConfiguration]) {
        var places: [BucketName: S3Place] = [:]
        for bucket in buckets {
            if case .s3(let place) = bucket.place { places[bucket.name] = place }
        }
        var connections = Set(places.values.map(\.connection))
        for bucket in buckets {
            guard let place = places[bucket.name] else { continue }
            for queue in bucket.notifications.queues { connections.insert(place.connection.reaching(queue)) }
        }
        let origins = Set(places.values.map { CredentialOrigin($0) })
        known.withLock { known in
            known.stores = known.stores.filter { places[$0.key] == $0.value.place }
            known.clients = known.clients.filter { connections.contains($0.key) }
            known.providers = known.providers.filter { origins.contains($0.key) }
        }
    }

    /// Which notifications a bucket takes; queues are read with the bucket's credentials.
    public func notifications(of bucket: BucketConfiguration) throws(SluiceError) -> NotificationSettings {
        guard case .s3(let place) = bucket.place else { return .none }
        var queues: [SQSSubscription] = []
        for queue in bucket.notifications.queues {
            queues.append(
                SQSSubscription(
                    queue: queue,
                    credentials: try credentials(of: place),
                    client: try client(of: place.connection.reaching(queue))
                )
            )
        }
        return NotificationSettings(
            bucketAtStore: place.bucket,
            takesWebhook: bucket.notifications.takesWebhook,
            queues: queues
        )
    }

    /// The client of a connection; one for all buckets that share it.
    public func client(of connection: StoreConnection) throws(SluiceError) -> HTTPClient {
        if let client = known.withLock({ $0.clients[connection] }) { return client }
        var options = HTTPClient.Options()
        options.caFile = connection.caFile
        options.skipsVerification = connection.skipsVerification
        options.proxy = connection.proxy?.reveal()
        options.userAgent = "sluice/\(Version.current)"
        let client = try HTTPClient(options)
        // Whoever came first is the one.
        return known.withLock { known in
            let first = known.clients[connection] ?? client
            known.clients[connection] = first
            return first
        }
    }

    /// Who we are at a store.
    public func credentials(of place: S3Place) throws(SluiceError) -> any CredentialProvider {
        let origin = CredentialOrigin(place)
        if let provider = known.withLock({ $0.providers[origin] }) { return provider }
        let provider = try origin.makeProvider()
        return known.withLock { known in
            let first = known.providers[origin] ?? provider
            known.providers[origin] = first
            return first
        }
    }
}

extension StoreConnection {
    /// The connection to a queue: certificates go unverified only where the store itself has the queue.
    fileprivate func reaching(_ queue: SQSQueue) -> StoreConnection {
        if endpoint != nil, queue.endpoint == endpoint { return self }
        return StoreConnection(
            endpoint: queue.endpoint,
            caFile: caFile,
            skipsVerification: false,
            proxy: proxy
        )
    }
}

/// Where credentials come from, and by which proxy they are asked for.
private struct CredentialOrigin: Hashable {
    let source: CredentialSource
    let proxy: Secret?

    init(_ place: S3Place) {
        source = place.credentials
        proxy = place.connection.proxy
    }

    func makeProvider() throws(SluiceError) -> any CredentialProvider {
        switch source {
        case .anonymous: return AnonymousCredentials()
        case .keys(let accessKey, let secretKey, let sessionToken):
            return StaticCredentials(
                Credentials(accessKey: accessKey, secretKey: secretKey, sessionToken: sessionToken)
            )
        case .profile(let name): return try chain(profile: name)
        case .chain: return try chain(profile: nil)
        }
    }

    /// The places where the AWS tools look as well; services are asked over clients of their own.
    private func chain(profile: String?) throws(SluiceError) -> CredentialChain {
        var options = HTTPClient.Options()
        options.proxy = proxy?.reveal()
        let client = try HTTPClient(options)
        options.proxy = ""
        let direct = try HTTPClient(options)
        let surroundings = CredentialSurroundings(
            variables: ProcessInfo.processInfo.environment,
            send: { (request) throws(SluiceError) in try client.sendHere(request) },
            sendDirectly: { (request) throws(SluiceError) in try direct.sendHere(request) },
            now: { SystemTimeSource().now }
        )
        return CredentialChain(surroundings, profile: profile, time: SystemTimeSource())
    }
}
