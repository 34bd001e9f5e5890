internal import EventModel
internal import FoundationEssentials

/// What the `manifest.json` of an S3 Inventory says: where its data files are and what their columns mean
/// (Amazon S3 User Guide, "Locating your inventory list"); pure.
struct ManifestInventory: Sendable {
    /// One gzip file of CSV.
    struct DataFile: Sendable, Hashable {
        /// Its key in the bucket where the manifest lies.
        let key: String
        /// Its digest, as 32 hexadecimal digits.
        let md5: String
    }

    /// A manifest has no more bytes: enough for the names of 60,000 data files.
    static let mostBytes: UInt64 = 16 << 20

    /// The data files, in their order.
    let files: [DataFile]
    /// What the columns of their lines mean.
    let columns: ManifestColumns

    /// Whether a list of this name is the manifest of an inventory, and no list of objects itself.
    static func isNamed(_ name: String) -> Bool { name.hasSuffix(".json") }

    private struct Text: Decodable {
        struct File: Decodable {
            let key: String
            // The name is as AWS writes it.
            let MD5checksum: String
        }
        let fileFormat: String
        let fileSchema: String
        let files: [File]
    }

    /// Reads a manifest. Throws `job.bad-manifest`, in words that hold nothing of what was read.
    init(_ bytes: [UInt8], name: String) throws(SluiceError) {
        guard let text = try? JSONDecoder().decode(Text.self, from: Data(bytes)) else {
            throw SluiceError(
                .jobManifest,
                "\(name) is no manifest of an S3 Inventory.",
                hint: "It is JSON with fileFormat, fileSchema and files, each with key and MD5checksum."
            )
        }
        guard text.fileFormat.uppercased() == "CSV" else {
            let format = ["ORC", "Parquet"].first { $0.uppercased() == text.fileFormat.uppercased() }
            throw SluiceError(
                .jobManifest,
                "The data files of \(name) are \(format ?? "of an unknown format"), which no job reads.",
                hint: "Let the inventory be written as CSV: its configuration's output format."
            )
        }
        guard let columns = ManifestColumns(schema: text.fileSchema) else {
            throw SluiceError(
                .jobManifest,
                "The fileSchema of \(name) does not name the columns Bucket and Key, each once.",
                hint: "It is like 'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size'."
            )
        }
        self.columns = columns
        var files: [DataFile] = []
        for (index, file) in text.files.enumerated() {
            guard !file.key.isEmpty, file.MD5checksum.utf8.count == 32,
                file.MD5checksum.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
            else {
                throw SluiceError(
                    .jobManifest,
                    "Data file \(index + 1) of \(name) has no key, or no MD5checksum of 32 digits."
                )
            }
            files.append(DataFile(key: file.key, md5: file.MD5checksum))
        }
        self.files = files
    }
}

/// What the columns of a list's lines mean.
struct ManifestColumns: Sendable, Hashable {
    /// How many there may be.
    let count: ClosedRange<Int>
    /// The place of the bucket's name.
    let bucket: Int
    /// The place of the key.
    let key: Int
    /// The place of `true` for the newest version, if the list has all versions.
    let isLatest: Int?
    /// The place of `true` for a delete marker, if the list has all versions.
    let isDeleteMarker: Int?

    /// `Bucket,Key[,VersionId]`.
    static let list = ManifestColumns(count: 2...3, bucket: 0, key: 1)

    private init(count: ClosedRange<Int>, bucket: Int, key: Int) {
        (self.count, self.bucket, self.key) = (count, bucket, key)
        (isLatest, isDeleteMarker) = (nil, nil)
    }

    /// Reads `Bucket, Key, VersionId, …`; nil when it does not name bucket and key, each once. Other
    /// columns may have any name.
    init?(schema: String) {
        let names = schema.split(separator: ",", omittingEmptySubsequences: false).map { name in
            let isEdge = { (character: Character) in character.isWhitespace }
            return String(name.drop(while: isEdge).reversed().drop(while: isEdge).reversed())
        }
        let known = ["Bucket", "Key", "IsLatest", "IsDeleteMarker"]
        guard known.allSatisfy({ name in names.count { $0 == name } <= 1 }),
            let bucket = names.firstIndex(of: "Bucket"), let key = names.firstIndex(of: "Key")
        else { return nil }
        (self.bucket, self.key) = (bucket, key)
        count = names.count...names.count
        isLatest = names.firstIndex(of: "IsLatest")
        isDeleteMarker = names.firstIndex(of: "IsDeleteMarker")
    }
}
