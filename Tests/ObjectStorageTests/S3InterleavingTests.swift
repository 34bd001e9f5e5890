internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// A faulty server, and stores that read from it in every way there is.
struct InterleavingPlace: Sendable {
    let manner: FaultyS3Manner
    let server: FaultyS3Server
    let pool = BlockingPool(name: "s3", limit: 4, stackBytes: NativeThread.smallStackBytes)
    /// One answer, one connection, ranges one after another, ranges side by side.
    let stores: [S3ObjectStore]

    init(_ change: (inout FaultyS3Manner) -> Void) throws {
        var manner = FaultyS3Manner()
        change(&manner)
        self.manner = manner
        server = FaultyS3Server(manner: manner)
        var settings = S3Settings(
            bucketName: "bucket",
            credentials: AnonymousCredentials(),
            client: try HTTPClient()
        )
        settings.endpoint = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: server.port)
        settings.probes = false
        var stores: [S3ObjectStore] = []
        for (whole, part, parallel) in [(4096, 4096, 1), (300, 4096, 1), (0, 300, 1), (0, 200, 3)] {
            settings.wholeLimitBytes = whole
            settings.partSizeBytes = part
            settings.parallelParts = parallel
            stores.append(S3ObjectStore(bucket: "b", settings: settings, pool: pool, random: Impatience()))
        }
        self.stores = stores
    }
}

/// Objects that are overwritten, removed and put again at random moments of a reading, 10,000 times (traps
/// N09, R02).
@Suite struct S3InterleavingTests {
    /// What the store makes of it.
    enum Manner: String, CaseIterable, Sendable {
        /// Honours If-Match.
        case strict
        /// Does not look at If-Match.
        case careless
        /// Gives equal bytes another ETag each time they are put.
        case opaque
        /// Shows, now and then, what was there before, and does not look at If-Match.
        case stale
        /// Answers with the whole object when it is asked for a range.
        case rangeless

        func set(_ manner: inout FaultyS3Manner) {
            switch self {
            case .strict: break
            case .careless: manner.conditions = .ignored
            case .opaque: manner.hasOpaqueETags = true
            case .stale: (manner.conditions, manner.staleReads) = (.ignored, 1)
            case .rangeless: manner.ignoresRanges = true
            }
        }
    }

    private static let seedsEach = 2000

    @Test(
        "a reader gets all bytes of one version, or is told that it changed or is gone",
        arguments: Manner.allCases
    )
    func neverMixes(_ manner: Manner) async throws {
        let place = try InterleavingPlace(manner.set)
        var ends: [InterleavedRead.End: Int] = [:]
        for seed in 0..<UInt64(Self.seedsEach) {
            var read = InterleavedRead(server: place.server, seed: seed)
            let (end, problem) = try await read.run(place)
            ends[end, default: 0] += 1
            if let problem { Issue.record("seed \(seed): \(problem)") }
            if seed.isMultiple(of: 500) { place.server.forgetRequests() }
        }
        // All ends were met, or the histories show nothing.
        for end in [InterleavedRead.End.whole, .piece, .changed, .gone] {
            #expect(ends[end, default: 0] > Self.seedsEach / 50, "\(end): \(ends)")
        }
        await place.pool.shutdown()
        place.server.stop()
    }
}
