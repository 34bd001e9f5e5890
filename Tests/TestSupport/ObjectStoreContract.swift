public import EventModel
internal import Execution
public import ObjectStorage
internal import Testing

/// What every store promises; run on each implementation.
public struct ObjectStoreContract: Sendable {
    /// Where implementations may differ.
    public struct Traits: Sendable {
        /// A version that comes back after another one is told from what it was: A, B, A are three versions.
        public var tellsEqualContentsApart = true
        /// Keys need not be paths of files: `..` and empty components, long components.
        public var takesAnyPath = false
        /// The longest key.
        public var longestKey = KeyRules.longestKey
    }

    /// What this implementation does.
    public var traits = Traits()
    /// Makes an empty bucket.
    public let makeStore: @Sendable () -> any ObjectStore
    /// Puts an object from outside, as a producer would.
    public let put: @Sendable (any ObjectStore, ObjectKey, [UInt8]) async throws -> Void
    /// How many outputs lie staged in a bucket.
    public let stagedCount: @Sendable (any ObjectStore) async -> Int

    /// Describes an implementation.
    public init(
        makeStore: @escaping @Sendable () -> any ObjectStore,
        put: @escaping @Sendable (any ObjectStore, ObjectKey, [UInt8]) async throws -> Void,
        stagedCount: @escaping @Sendable (any ObjectStore) async -> Int
    ) {
        self.makeStore = makeStore
        self.put = put
        self.stagedCount = stagedCount
    }

    /// Runs every check on buckets of its own.
    public func run() async throws {
        try await readsWhatWasPut()
        try await lists()
        try await neverMixesVersions()
        try await publishesWhole()
        try await publishesAgain()
        try await leavesEqualContent()
        try await reportsCollisions()
        try await deletesOnlyThatVersion()
        try await sweepsDeadBoots()
        try await losesWhatIsElsewhere()
        try await discards()
        try await refusesKeys()
    }
}

extension ObjectStoreContract {
    /// Reads an object to its end through a buffer of so many bytes.
    public static func read(_ reader: any ObjectReader, step: Int = 65_536) throws(SluiceError) -> [UInt8] {
        var bytes: [UInt8] = []
        try reader.readToEnd(chunkSize: step) { piece in
            unsafe piece.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Reads once, into a buffer of so many bytes; nothing at the end.
    public static func step(_ reader: any ObjectReader, of count: Int) throws(SluiceError) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { unsafe memory.deallocate() }
        var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
        try reader.read(into: &span)
        let count = unsafe span.finalize(for: memory)
        return unsafe Array(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Runs what blocks on a thread of its own, as an attempt does (trap X01).
    static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws(SluiceError) -> Value
    ) async throws -> Value {
        let pool = BlockingPool(name: "contract", limit: 1)
        let result = await Result.of { () async throws(SluiceError) in try await pool.run(body) }
        await pool.shutdown()
        return try result.get()
    }

    /// As `read`, from a test's task.
    static func bytes(_ reader: any ObjectReader, step: Int = 65_536) async throws -> [UInt8] {
        try await blocking { () throws(SluiceError) in try read(reader, step: step) }
    }

    /// As `ObjectReader.confirm`, from a test's task.
    static func confirm(_ reader: any ObjectReader) async throws {
        try await blocking { () throws(SluiceError) in try reader.confirm() }
    }

    /// Stages an output and ends it.
    public static func stage(
        _ store: any ObjectStore,
        _ key: ObjectKey,
        _ bytes: [UInt8],
        token: Int64,
        boot: String = "b00t",
        expecting: PublishExpectation = .absent
    ) async throws -> PublishRequest {
        let name = StageName(ledger: String(repeating: "a1", count: 16), boot: boot, token: token, number: 0)
        let writer = try await store.stage(name, for: key)
        let digest = try await blocking { () throws(SluiceError) in
            try unsafe writer.write(bytes.span.bytes)
            return try writer.finish()
        }
        #expect(digest == ContentDigester.digest(of: bytes))
        return PublishRequest(staged: writer.reference, key: key, digest: digest, expecting: expecting)
    }

    /// All entries of a listing, page by page.
    public static func list(
        _ store: any ObjectStore,
        prefix: ObjectKey = "",
        limit: Int = 3
    ) async throws -> [ListEntry] {
        let lister = store.list(prefix: prefix)
        var entries: [ListEntry] = []
        while true {
            let page = try await lister.next(limit: limit)
            #expect(page.count <= limit)
            if page.isEmpty { return entries }
            entries += page
        }
    }

    /// The bytes under a key, or nil.
    func content(_ store: any ObjectStore, _ key: ObjectKey) async throws -> [UInt8]? {
        guard try await store.head(key) != nil else { return nil }
        return try await Self.bytes(try await store.open(key, ifMatch: nil))
    }

    /// Expects an error with a code.
    func expect(_ code: SluiceError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: SluiceError.self) { try await body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "nothing was thrown")")
    }

    /// Publishes one output.
    func publish(_ store: any ObjectStore, _ request: PublishRequest) async throws -> PublishedObject {
        let results = await store.publish([request])
        #expect(results.count == 1)
        return try #require(results.first).get()
    }
}

extension Result where Failure == SluiceError {
    /// What an operation returned or threw.
    fileprivate static func of(_ operation: () async throws(SluiceError) -> Success) async -> Self {
        do throws(SluiceError) {
            return .success(try await operation())
        } catch {
            return .failure(error)
        }
    }
}
