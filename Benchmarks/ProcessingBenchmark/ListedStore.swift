internal import EventModel
internal import ObjectStorage

/// A bucket of a million keys that exist only in its listing: what a scan costs without a store.
final class ListedStore: ObjectStore {
    let bucket: BucketName
    private let count: Int

    init(bucket: BucketName, count: Int) {
        self.bucket = bucket
        self.count = count
    }

    /// The object of a number; keys are in the order of the numbers, as S3 lists them.
    private static func info(_ number: Int) -> ObjectInfo {
        let digits = String(10_000_000 + number).dropFirst()
        let day = String(100 + number / 40_000).dropFirst()
        let key = "logs/2026/10/\(day)/host-\(digits.prefix(4))/access-\(digits).log.gz"
        return ObjectInfo(
            key: ObjectKey(key),
            version: ObjectVersion(identity: "e:0123456789abcdef0123456789\(digits)-20000"),
            sizeBytes: 20_000,
            modified: Timestamp(milliseconds: 1_790_000_000_000 + Int64(number))
        )
    }

    private final class Lister: ObjectLister {
        private var next = 0
        private let count: Int

        init(count: Int) { self.count = count }

        func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
            let range = next..<min(count, next + limit)
            next = range.upperBound
            return range.map { .object(ListedStore.info($0)) }
        }
    }

    func list(prefix: ObjectKey) -> any ObjectLister { Lister(count: count) }

    func head(_ key: ObjectKey) async throws(SluiceError) -> ObjectInfo? {
        let digits = key.bytes.dropLast(7).suffix(7)
        return Int(String(decoding: digits, as: UTF8.self)).map(Self.info)
    }

    private static func none() -> SluiceError {
        SluiceError(.storageUnsupported, "Only a listing.")
    }

    func open(_ key: ObjectKey, ifMatch version: ObjectVersion?) async throws(SluiceError) -> any ObjectReader
    {
        throw Self.none()
    }
    func stage(
        _ name: StageName,
        for key: ObjectKey,
        as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        throw Self.none()
    }
    func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        requests.map { _ in .failure(Self.none()) }
    }
    func discard(_ staged: StagedReference) async throws(SluiceError) {}
    func delete(_ key: ObjectKey, ifVersion version: ObjectVersion?) async throws(SluiceError) -> Bool {
        false
    }
    func sweep(
        ledger: String,
        currentBoot: String,
        keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int { 0 }
    func refusal(of key: ObjectKey) -> SluiceError? { nil }
    func digest(_ key: ObjectKey) async throws(SluiceError) -> ContentDigest? { nil }
}
