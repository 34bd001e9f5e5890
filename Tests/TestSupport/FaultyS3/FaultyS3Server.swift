public import EventModel
internal import Execution
internal import Glibc
internal import Synchronization

/// An S3 store on loopback that fails as real ones do, but on demand and the same way each time.
///
/// It holds objects in memory, one thread serves each connection, and it counts what it was asked. Faults
/// are scripted (`fail`), by chance from a seed (`chaos`), or a manner that lasts (`manner`).
public final class FaultyS3Server: Sendable {
    /// The port on 127.0.0.1 that it listens on.
    public let port: Int
    private let core: FaultyS3Core

    /// Listens on a free port, with the buckets that are named.
    public init(buckets: [String] = ["bucket"], manner: FaultyS3Manner = FaultyS3Manner()) {
        var state = FaultyS3State()
        state.manner = manner
        for name in buckets { state.buckets[name] = FaultyS3State.Bucket() }
        core = FaultyS3Core(state: state)
        port = core.listen()
    }

    deinit { core.stop() }

    /// `http://127.0.0.1:<port>`.
    public var endpoint: String { "http://127.0.0.1:\(port)" }

    /// Closes all connections and waits for the threads; no connection is taken any more.
    public func stop() { core.stop() }
}

// What is in it.
extension FaultyS3Server {
    /// Puts an object as another program would; returns its ETag.
    @discardableResult
    public func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        bucket: String = "bucket",
        fields: [String: String] = [:]
    ) -> String {
        core.withState { state in
            let now = core.now + state.manner.clockOffset
            let etag = state.opaque(now)
            let object = FaultyS3Object(bytes: bytes, etag: etag, modified: now, fields: fields)
            if state.buckets[bucket] == nil { state.buckets[bucket] = FaultyS3State.Bucket() }
            state.store(object, bucket: bucket, key: key)
            return object.etag
        }
    }

    /// Removes an object as another program would.
    public func remove(_ key: ObjectKey, bucket: String = "bucket") {
        core.withState { $0.store(nil, bucket: bucket, key: key) }
    }

    /// Removes a bucket with all that is in it.
    public func removeBucket(_ bucket: String) { core.withState { $0.buckets[bucket] = nil } }

    /// An object, or nil.
    public func object(_ key: ObjectKey, bucket: String = "bucket") -> FaultyS3Object? {
        core.withState { $0.buckets[bucket]?.objects[key] }
    }

    /// All keys in byte order.
    public func keys(bucket: String = "bucket") -> [ObjectKey] {
        core.withState { ($0.buckets[bucket]?.objects ?? [:]).keys.sorted() }
    }

    /// Ids of multipart uploads that are neither completed nor aborted.
    public func openUploads() -> [String] { core.withState { $0.uploads.keys.sorted() } }

    /// Forgets all uploads that are under way, as a lifecycle rule or a restart of the store may.
    public func loseUploads() { core.withState { $0.uploads = [:] } }

    /// Ends what `FaultyS3Fault.hold` held: the objects are there from now on.
    public func land() {
        core.withState { state in
            for (bucket, key, object) in state.held { state.store(object, bucket: bucket, key: key) }
            state.held = []
        }
    }

    /// Gives a bucket so many objects that are computed when they are asked for; what was in it is hidden.
    public func makeSynthetic(count: Int, prefix: String = "", bucket: String = "bucket") {
        core.withState {
            $0.buckets[bucket, default: FaultyS3State.Bucket()].synthetic = FaultyS3Synthetic(
                count: count,
                prefix: Array(prefix.utf8)
            )
        }
    }
}

// What goes wrong, and what was asked.
extension FaultyS3Server {
    /// How the server behaves at all times.
    public var manner: FaultyS3Manner { core.withState { $0.manner } }

    /// Changes how the server behaves from now on.
    public func setManner(_ change: (inout FaultyS3Manner) -> Void) {
        core.withState {
            change(&$0.manner)
            for name in $0.buckets.keys { $0.buckets[name]?.sorted = nil }
        }
    }

    /// Makes `times` requests of a kind (nil: any) for a key (nil: any) go wrong, after `skip` that go well.
    public func fail(
        _ kind: FaultyS3Kind?,
        with fault: FaultyS3Fault,
        key: ObjectKey? = nil,
        skip: Int = 0,
        times: Int = 1
    ) {
        core.withScript {
            $0.rules.append(FaultyS3Rule(kind: kind, key: key, skip: skip, times: times, fault: fault))
        }
    }

    /// Lets a share of the requests go wrong by chance; the n-th request of a kind for a key meets the same
    /// fate for the same seed, whatever runs beside it.
    public func chaos(
        seed: UInt64,
        percent: Int,
        kinds: Set<FaultyS3Kind> = Set(FaultyS3Kind.allCases),
        faults: [FaultyS3Fault]
    ) {
        core.withScript {
            $0.chaos = FaultyS3Chaos(seed: seed, percent: percent, kinds: kinds, faults: faults)
        }
    }

    /// Calls `hook`, on the connection's thread, before each request is looked at; it may change what is
    /// there.
    public func onRequest(_ hook: (@Sendable (FaultyS3Request) -> Void)?) { core.setHook(hook) }

    /// Lets everything go well from now on.
    public func heal() {
        core.withScript {
            $0.rules = []
            $0.chaos = nil
        }
    }

    /// Listings show what is there now, whatever changes, until they are thawed.
    public func freezeListings(bucket: String = "bucket") {
        core.withState { state in
            let objects = state.buckets[bucket]?.objects
            state.buckets[bucket]?.frozen = objects
        }
    }

    /// Listings show what is there.
    public func thawListings(bucket: String = "bucket") {
        core.withState { $0.buckets[bucket]?.frozen = nil }
    }

    /// How many requests of a kind came.
    public func count(_ kind: FaultyS3Kind) -> Int { core.withScript { $0.counts[kind, default: 0] } }

    /// How many requests came.
    public var requestCount: Int { core.withScript { $0.counts.values.reduce(0, +) } }

    /// Requests in the order in which they came, without bodies; the first 100,000.
    public var requests: [FaultyS3Request] { core.withScript { $0.record } }

    /// Forgets the requests that came.
    public func forgetRequests() { core.withScript { $0.forget() } }

    /// How many connections were taken: tells whether a client uses its connections again.
    public var connectionCount: Int { core.connectionCount }
}
