internal import EventModel
internal import Execution

/// A list of objects, read in bounded memory: one as S3 Batch Operations reads it, `Bucket,Key[,VersionId]`
/// without a header, keys URL-encoded (Amazon S3 User Guide, "Specifying a manifest"), or an S3 Inventory.
/// Used by one task at a time.
final class JobManifest {
    /// One object of the list.
    struct Entry: Hashable, Sendable {
        /// Where it stands: `Line 7 of list.csv`.
        let place: String
        /// The bucket as the list calls it.
        let bucket: String
        /// The key, decoded.
        let key: ObjectKey
        /// Why the list itself takes it for no object of today: a stable word.
        let refusal: String?
    }

    /// Where a list is read on.
    struct Position: Hashable, Sendable {
        /// Which data file, from 0; a list of objects is one.
        var file = 0
        /// How many entries of it were read.
        var row = 0
    }

    /// What the next entry is.
    private(set) var position = Position()
    /// Whether AWS wrote it, which calls buckets by their names there.
    let isInventory: Bool
    private let place: ManifestPlace
    private let name: String
    private let columns: ManifestColumns
    private let files: [ManifestInventory.DataFile]
    private let pool: BlockingPool
    private var lines: ManifestLines?

    /// Opens a list: `bucket:key` of a configured bucket, or a file. One whose name ends with `.json` is an
    /// inventory's manifest. Throws `job.bad-manifest`.
    init(
        _ text: String,
        _ configuration: ProcessingConfiguration,
        _ pool: BlockingPool
    ) async throws(SluiceError) {
        place = try ManifestPlace(text, configuration)
        (name, self.pool) = (text, pool)
        isInventory = ManifestInventory.isNamed(text)
        let source = try await place.open(pool)
        guard isInventory else {
            (columns, files) = (.list, [])
            lines = ManifestLines(source, of: text, columns)
            return
        }
        let bytes = try await pool.run { () throws(SluiceError) in
            var bytes: [UInt8] = []
            try source.readToEnd(limit: ManifestInventory.mostBytes + 1) { piece in
                bytes += unsafe piece.withUnsafeBytes { unsafe Array($0) }
            }
            return bytes
        }
        guard bytes.count <= ManifestInventory.mostBytes else {
            throw SluiceError(.jobManifest, "\(text) is longer than a manifest of an S3 Inventory may be.")
        }
        let inventory = try ManifestInventory(bytes, name: text)
        (columns, files) = (inventory.columns, inventory.files)
    }

    /// The next entries; none at the end. Throws `job.bad-manifest` with the line.
    ///
    /// A data file is known to be whole and the one that the manifest means when the first entry behind it is
    /// returned, or the end.
    func next(limit: Int) async throws(SluiceError) -> [Entry] {
        while true {
            if lines == nil, position.file < files.count { lines = try await open(files[position.file]) }
            guard let lines else { return [] }
            let entries = try await lines.next(limit: limit, on: pool)
            if !entries.isEmpty {
                position.row += entries.count
                return entries
            }
            self.lines = nil
            position = Position(file: position.file + 1)
        }
    }

    /// Goes to where an earlier process was.
    func skip(to wanted: Position) async throws(SluiceError) {
        if isInventory { position.file = wanted.file }
        while position.file == wanted.file, position.row < wanted.row {
            if try await next(limit: min(wanted.row - position.row, 1000)).isEmpty { return }
        }
    }

    private func open(_ file: ManifestInventory.DataFile) async throws(SluiceError) -> ManifestLines {
        let source = try await place.openData(file.key, pool)
        return ManifestLines(source, of: "\(file.key), which \(name) names,", columns, md5: file.md5)
    }
}
