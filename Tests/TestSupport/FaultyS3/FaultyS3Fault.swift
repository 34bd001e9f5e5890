internal import EventModel

/// What goes wrong with one request.
public enum FaultyS3Fault: Sendable {
    /// An error before anything is done. `retryAfter` in seconds.
    case error(Int, String, retryAfter: Int? = nil)
    /// 200, white space, and then an error in the body; nothing is done (trap R04).
    case errorInside(String)
    /// Such a status with nothing of S3 in the answer: a proxy whose backend is away.
    case foreign(Int)
    /// 200 with an HTML page (trap L07); nothing is done.
    case page
    /// 200 with an empty body; nothing is done.
    case nothing
    /// The XML of the answer ends after so many bytes; Content-Length agrees.
    case cutXML(Int)
    /// The XML is whole but has bytes in it that XML 1.0 forbids.
    case badXML
    /// Content-Length is right, but the connection is closed after so many bytes of the body (trap R01).
    case truncate(Int)
    /// The body is shorter by so many bytes, and Content-Length says so too: only the listed size tells.
    case shorten(Int)
    /// The connection is reset after so many bytes of the body; negative: before the head, nothing is done.
    case reset(Int)
    /// All is done, but the connection is reset before the answer (trap R05).
    case loseAnswer
    /// The answer comes in pieces of so many bytes with a pause after each.
    case drip(bytes: Int, milliseconds: Int)
    /// No answer at all, until the client gives up; nothing is done.
    case silence
    /// No answer, or a reset in its place, while the store is still at the end of an upload: the upload is
    /// gone, and the object is not there before `land()`.
    case hold(isSilent: Bool)
    /// The key gets another content just before the request is looked at (trap N09).
    case overwrite([UInt8])
    /// The key is removed just before the request is looked at.
    case remove
    /// Listing: no keys, IsTruncated, and a token that leads to the same place (trap L06).
    case emptyPage
    /// Listing: the page again that came before, but with the right next token.
    case duplicatePage
    /// Listing: NextContinuationToken is the token that was asked with.
    case repeatToken
}

/// When a fault happens.
struct FaultyS3Rule: Sendable {
    let kind: FaultyS3Kind?
    let key: ObjectKey?
    var skip: Int
    var times: Int
    let fault: FaultyS3Fault
}

/// Faults by chance: the same for the same seed, kind, key and number of the request for that key.
struct FaultyS3Chaos: Sendable {
    let seed: UInt64
    let percent: Int
    let kinds: Set<FaultyS3Kind>
    let faults: [FaultyS3Fault]
    private var counts: [String: UInt64] = [:]

    init(seed: UInt64, percent: Int, kinds: Set<FaultyS3Kind>, faults: [FaultyS3Fault]) {
        self.seed = seed
        self.percent = percent
        self.kinds = kinds
        self.faults = faults
    }

    mutating func next(for request: FaultyS3Request) -> FaultyS3Fault? {
        guard kinds.contains(request.kind), !faults.isEmpty else { return nil }
        let place = "\(request.kind.rawValue) \(request.bucket)/\(request.key.description)"
        let number = counts[place, default: 0]
        counts[place] = number + 1
        var random = TestRandom(seed: seed ^ Self.hash(Array(place.utf8)) ^ number &* 0x9E37_79B9)
        guard random.below(100) < percent else { return nil }
        return faults[random.below(faults.count)]
    }

    /// FNV-1a (Fowler, Noll, Vo), 64 bits: the same in every process, unlike `Hasher`.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// The faults to come, and what came.
struct FaultyS3Script: Sendable {
    /// Requests remembered at most; counts go on.
    static let recordLimit = 100_000

    var rules: [FaultyS3Rule] = []
    var chaos: FaultyS3Chaos?
    private(set) var counts: [FaultyS3Kind: Int] = [:]
    private(set) var record: [FaultyS3Request] = []

    /// Counts a request and says what goes wrong with it.
    mutating func next(for request: FaultyS3Request) -> FaultyS3Fault? {
        counts[request.kind, default: 0] += 1
        if record.count < Self.recordLimit {
            var entry = request
            entry.body = []
            record.append(entry)
        }
        for index in rules.indices {
            let rule = rules[index]
            guard rule.kind == nil || rule.kind == request.kind, rule.key == nil || rule.key == request.key,
                rule.times > 0
            else { continue }
            if rule.skip > 0 {
                rules[index].skip -= 1
                continue
            }
            rules[index].times -= 1
            return rule.fault
        }
        return chaos?.next(for: request)
    }

    /// Forgets what came, not what is to come.
    mutating func forget() {
        counts = [:]
        record = []
    }
}
