internal import EventModel
internal import Execution
internal import ObjectStorage
internal import TestSupport

/// One key whose versions come and go while a reader is at it, all from one seed.
///
/// Every byte of a version tells the version's number, so that no two versions have an equal byte at any
/// position, and a piece at a wrong position is none of any version.
struct InterleavedRead: Sendable {
    /// How a reading ended.
    enum End: String, Sendable {
        /// All bytes of one version, confirmed.
        case whole
        /// A beginning of one version, confirmed.
        case piece
        /// `storage.version-changed`, or `storage.not-found`.
        case changed, gone
        /// The promise is broken.
        case broken
    }

    /// What was read, and how that ended.
    struct Outcome: Sendable {
        let bytes: [UInt8]
        let isPiece: Bool
        let failure: SluiceError?
    }

    static let mostBytes = 2048
    private static let pattern: [UInt8] = {
        var random = TestRandom(seed: 5)
        return (0..<mostBytes).map { _ in UInt8(random.below(256)) }
    }()

    private let server: FaultyS3Server
    private let key: ObjectKey
    private var random: TestRandom
    /// Lengths of the versions, by number.
    private var sizes: [Int] = []
    /// Whether anything is done to the object that a reader may notice.
    private var isQuiet = true

    init(server: FaultyS3Server, seed: UInt64) {
        self.server = server
        key = ObjectKey("k\(seed)")
        random = TestRandom(seed: seed)
    }

    /// Reads as the seed says; nil and the end, or what is wrong.
    mutating func run(_ place: InterleavingPlace) async throws -> (end: End, problem: String?) {
        // It has been there for long, and is seen as it is.
        server.setManner { $0.staleReads = 0 }
        server.put(key, make(1 + random.below(Self.mostBytes)))
        let store = place.stores[random.below(place.stores.count)]
        guard let version = try await store.head(key)?.version else { return (.broken, "nothing is there") }
        server.setManner { $0.staleReads = place.manner.staleReads }
        let wanted = content(0)
        planFaults(breaking: !place.manner.ignoresRanges)
        if random.below(4) == 0 { change() }
        // Whoever does not say what it wants still gets one version.
        let names = random.below(8) > 0
        let outcome: Outcome
        do throws(SluiceError) {
            let reader = try await store.open(key, ifMatch: names ? version : nil)
            let step = self
            (outcome, self) = try await place.pool.run {
                var step = step
                return (step.read(reader), step)
            }
        } catch {
            outcome = Outcome(bytes: [], isPiece: true, failure: error)
        }
        let ending = judge(outcome, wanted: names ? wanted : nil)
        if random.below(8) == 0, let problem = try await readNewest(store, place) {
            return (.broken, problem)
        }
        server.remove(key)
        return ending
    }

    /// On a thread that may block: reads step by step, and lets something happen between two steps.
    private mutating func read(_ reader: any ObjectReader) -> Outcome {
        var bytes: [UInt8] = []
        let last = random.below(4) == 0 ? random.below(Self.mostBytes) : Int.max
        var isPiece = false
        do throws(SluiceError) {
            while true {
                if random.below(6) == 0 { change() }
                if bytes.count > last {
                    isPiece = true
                    break
                }
                let step = try ObjectStoreContract.step(reader, of: 1 + random.below(Self.mostBytes / 2))
                if step.isEmpty { break }
                bytes += step
            }
            if random.below(4) == 0 { change() }
            try reader.confirm()
            return Outcome(bytes: bytes, isPiece: isPiece, failure: nil)
        } catch {
            return Outcome(bytes: bytes, isPiece: true, failure: error)
        }
    }

    private func judge(_ outcome: Outcome, wanted: [UInt8]?) -> (end: End, problem: String?) {
        let bytes = outcome.bytes
        let number = bytes.first.map { Int($0 ^ Self.pattern[0]) }
        let whole = wanted ?? number.map { sizes.indices.contains($0) ? content($0) : [] } ?? []
        guard whole.starts(with: bytes) else { return (.broken, "bytes of no version, or of two") }
        if let failure = outcome.failure {
            if isQuiet { return (.broken, "nothing happened, and yet: \(failure)") }
            switch failure.code {
            case .storageVersionChanged: return (.changed, nil)
            case .storageNotFound: return (.gone, nil)
            default: return (.broken, "\(failure)")
            }
        }
        if outcome.isPiece { return (.piece, nil) }
        if bytes.isEmpty, wanted == nil, sizes.contains(0) { return (.whole, nil) }
        guard bytes.count == whole.count else {
            return (.broken, "\(bytes.count) bytes of \(whole.count) were confirmed")
        }
        return (.whole, nil)
    }

    /// Once all rests, the newest version is read, whole.
    private mutating func readNewest(
        _ store: S3ObjectStore,
        _ place: InterleavingPlace
    ) async throws -> String? {
        server.heal()
        server.setManner { $0.staleReads = 0 }
        server.put(key, make(random.below(Self.mostBytes)))
        guard let version = try await store.head(key)?.version else { return "the newest is not there" }
        let reader = try await store.open(key, ifMatch: version)
        let bytes = try await place.pool.run { () throws(SluiceError) in
            let bytes = try ObjectStoreContract.read(reader)
            try reader.confirm()
            return bytes
        }
        return bytes == content(sizes.count - 1) ? nil : "the newest version was not read"
    }

    // MARK: What happens

    private func content(_ number: Int) -> [UInt8] {
        Self.pattern[..<sizes[number]].map { $0 ^ UInt8(number) }
    }

    /// Makes the next version.
    private mutating func make(_ size: Int) -> [UInt8] {
        sizes.append(size)
        return content(sizes.count - 1)
    }

    /// Another version, mostly as long as the last; or an older one again, or none.
    private mutating func change() {
        isQuiet = false
        switch random.below(8) {
        case 0: server.remove(key)
        case 1: server.put(key, content(0))
        case 2: server.put(key, content(random.below(sizes.count)))
        case 3, 4: server.put(key, make(random.below(Self.mostBytes)))
        default: server.put(key, make(sizes[0]))
        }
    }

    /// What goes wrong with requests to come, and what happens just before them; never so much that a reader
    /// would give up. Answers are not broken off where no range could take them up again.
    private mutating func planFaults(breaking: Bool) {
        server.heal()
        for _ in 0..<random.below(4) {
            let fault: FaultyS3Fault
            switch random.below(8) {
            case 0 where breaking: fault = .truncate(random.below(sizes[0]))
            case 1 where breaking: fault = .reset(random.below(sizes[0]))
            case 0...2: fault = .loseAnswer
            case 3: fault = .error(503, "SlowDown")
            case 4: fault = .remove
            case 5: fault = .overwrite(make(random.below(Self.mostBytes)))
            default: fault = .overwrite(make(sizes[0]))
            }
            switch fault {
            case .overwrite, .remove: isQuiet = false
            default: break
            }
            server.fail(.get, with: fault, key: key, skip: random.below(6))
        }
    }
}
