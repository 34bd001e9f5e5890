public import EventModel
internal import FoundationEssentials

/// What a batch job is asked to do; kept in the ledger as JSON.
public struct JobSpecification: Codable, Sendable, Hashable {
    /// Why objects are selected; several select what any of them does, none selects all that match.
    public enum Condition: String, Codable, Sendable, Hashable, CaseIterable {
        /// The outputs were made by another function, or from another version, than today's.
        case stale
        /// There are no outputs.
        case missing
        /// The delivery is dead.
        case failed
    }

    /// Triggers whose objects are processed.
    public var triggers: [String] = []
    /// A function for the objects of `buckets`, instead of triggers.
    public var function: String?
    /// Where the objects of `function` lie.
    public var buckets: [String] = []
    /// Keys begin with one of these; none takes all.
    public var prefixes: [String] = []
    /// Keys match one of these globs; none takes all.
    public var globs: [String] = []
    /// A condition over the object, as in a trigger's `when:`.
    public var when: String?
    /// Objects that were modified at or after this moment.
    public var since: Timestamp?
    /// Objects that were modified before this moment.
    public var before: Timestamp?
    /// A list of objects, instead of listing the buckets: a file's path, or `bucket:key`.
    public var manifest: String?
    /// See `Condition`.
    public var conditions: [Condition] = []
    /// Where results go instead of where the trigger sends them; the job is then a lane of its own.
    public var output: String?
    /// Where rejects go, in a lane of its own; nil counts them only.
    public var rejects: String?
    /// Where the one result of all objects goes, `bucket:key`; the job is then a lane of its own, and its
    /// function folds records into groups.
    public var reduce: String?
    /// The function of a job with `reduce`, as it was when the job was made: results of two functions are
    /// not merged.
    public internal(set) var fingerprint: String?
    /// Jobs of a higher priority are served first.
    public var priority = 0
    /// The job fails when more than so many of its tasks fail.
    public var maxFailures = JobFailureLimit()
    /// At most so many tasks begin in a second.
    public var ratePerSecond: Double?
    /// The job pauses at this moment.
    public var until: Timestamp?
    /// `bucket:prefix` below which the report is written when the job ends.
    public var report: String?
    /// Who asked for it, where that was no person: `schedule nightly`.
    public var origin: String?

    /// A job about nothing.
    public init() {}

    /// Whether its deliveries are its own and not those of the triggers' targets.
    public var isLane: Bool { output != nil || function != nil || reduce != nil }

    /// The words that the ledger keeps.
    func encoded() throws(SluiceError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch {
            throw SluiceError(.jobSpecification, "A job cannot be written as JSON.", cause: error)
        }
    }

    /// Reads what `encoded` wrote.
    public static func decode(_ text: String) throws(SluiceError) -> JobSpecification {
        do { return try JSONDecoder().decode(Self.self, from: Data(text.utf8)) } catch {
            throw SluiceError(
                .jobSpecification,
                "The ledger holds a job of another version of this program.",
                hint: "Cancel it and start it again.",
                cause: error
            )
        }
    }
}

/// How many tasks may fail before their job does.
public struct JobFailureLimit: Codable, Sendable, Hashable {
    /// More than so many.
    public var count: Int64?
    /// More than so many of a hundred, once `leastEnded` have ended.
    public var percent: Double?

    /// A percentage says little before so many tasks have ended.
    static let leastEnded: Int64 = 100

    /// As S3 Batch Operations: more than half (Amazon S3 User Guide, "Tracking job failure").
    public init() { percent = 50 }

    /// Reads `12` or `2%`; nil when it is neither.
    public init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
            self.percent = percent
        } else {
            guard let count = Int64(text), count >= 0 else { return nil }
            self.count = count
        }
    }

    /// Why a job with these tasks fails, or nil.
    func verdict(failed: Int64, ended: Int64, total: Int64) -> String? {
        if let count, failed > count { return "\(failed) of \(total) tasks failed; at most \(count) may" }
        let least = min(Self.leastEnded, total)
        if let percent, ended >= least, Double(failed) * 100 > percent * Double(ended) {
            return "\(failed) of \(ended) tasks failed; at most \(percent) % may"
        }
        return nil
    }
}

extension SluiceError.Code {
    /// A job's description is not what it should be.
    public static let jobSpecification = Self("job.invalid-specification", .usage)
    /// There is no such job.
    public static let jobUnknown = Self("job.unknown", .usage)
    /// The job is in a state that does not lead where it was asked to go.
    public static let jobState = Self("job.wrong-state", .usage)
    /// The function of a job that merges results is not the one that it began with.
    public static let jobFunctionChanged = Self("job.function-changed", .usage)
    /// A job's list of objects cannot be read.
    public static let jobManifest = Self("job.bad-manifest", .usage)
}
