internal import Crypto
internal import Foundation

/// Writes an S3 Inventory as AWS does: `manifest.json`, its checksum, and data files of gzip CSV (Amazon S3
/// User Guide, "Locating your inventory list" and "Amazon S3 Inventory list").
public struct InventoryTree: Sendable {
    /// One version of an object.
    public struct Row: Sendable {
        /// The key, not encoded.
        public var key: String
        /// Whether it is the newest.
        public var isLatest: String
        /// Whether it stands for a deletion.
        public var isDeleteMarker: String

        /// The newest version of an object.
        public init(_ key: String, isLatest: String = "true", isDeleteMarker: String = "false") {
            (self.key, self.isLatest, self.isDeleteMarker) = (key, isLatest, isDeleteMarker)
        }
    }

    /// One file of the tree.
    public struct File: Sendable {
        /// Its key in the destination bucket.
        public let key: String
        /// Its bytes.
        public var bytes: [UInt8]
    }

    /// The bucket that the inventory is of.
    public var bucket = "aws-source"
    /// What `fileFormat` says.
    public var format = "CSV"
    /// What `fileSchema` says; rows have these columns.
    public var schema =
        "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass"

    /// An inventory with the usual columns.
    public init() {}

    /// Where the manifest lies in the destination bucket.
    public var manifestKey: String { "Inventory/\(bucket)/all/2026-11-06T01-00Z/manifest.json" }

    /// The files of an inventory whose data files have these rows; the manifest and its checksum come last.
    public func files(_ parts: [[Row]]) throws -> [File] {
        var files: [File] = []
        for (number, rows) in parts.enumerated() {
            let text = rows.map(line).joined()
            // AWS calls them by UUIDs.
            let name = "939c6d46-85a9-4ba8-87bd-9db705a57\(100 + number).csv.gz"
            files.append(
                File(key: "Inventory/\(bucket)/all/data/\(name)", bytes: try Self.gzip(Array(text.utf8)))
            )
        }
        let manifest = Array(manifest(of: files).utf8)
        let folder = manifestKey.dropLast("manifest.json".count)
        let checksum = Array(Self.digest(manifest).utf8)
        return files + [
            File(key: manifestKey, bytes: manifest), File(key: "\(folder)manifest.checksum", bytes: checksum),
        ]
    }

    /// The manifest of these data files.
    public func manifest(of files: [File]) -> String {
        let entries = files.map { file in
            """
                {
                  "key" : "\(file.key)",
                  "size" : \(file.bytes.count),
                  "MD5checksum" : "\(Self.digest(file.bytes))"
                }
            """
        }
        return """
            {
              "sourceBucket" : "\(bucket)",
              "destinationBucket" : "arn:aws:s3:::aws-inventories",
              "version" : "2016-11-30",
              "creationTimestamp" : "1794099600000",
              "fileFormat" : "\(format)",
              "fileSchema" : "\(schema)",
              "files" : [
            \(entries.joined(separator: ",\n"))
              ]
            }
            """
    }

    /// One line: all fields in quotes, the key URL-encoded.
    private func line(_ row: Row) -> String {
        let fields = schema.split(separator: ",").map { name in
            switch name.drop(while: { $0 == " " }) {
            case "Bucket": bucket
            case "Key": Self.encode(row.key)
            case "VersionId": "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"
            case "IsLatest": row.isLatest
            case "IsDeleteMarker": row.isDeleteMarker
            case "Size": row.isDeleteMarker == "true" ? "" : "2"
            case "LastModifiedDate": "2026-11-05T21:32:00.000Z"
            case "ETag": "f11166069f1990abeb9c97ace9cdfabc"
            default: "STANDARD"
            }
        }
        return fields.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
    }

    private static func encode(_ key: String) -> String {
        var text = ""
        for byte in key.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, CharacterSet.alphanumerics.contains(scalar) || "-._*/".utf8.contains(byte) {
                text.unicodeScalars.append(scalar)
            } else if byte == UInt8(ascii: " ") {
                text += "+"
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }

    /// The MD5 digest of bytes, as hexadecimal digits.
    public static func digest(_ bytes: [UInt8]) -> String {
        Insecure.MD5.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// Packs bytes with the system's gzip.
    public static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let directory = TemporaryDirectory()
        directory.write("text", bytes)
        directory.write("packed", [])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-nc"]
        process.standardInput = FileHandle(forReadingAtPath: directory.path("text"))
        process.standardOutput = FileHandle(forWritingAtPath: directory.path("packed"))
        try process.run()
        process.waitUntilExit()
        return directory.read("packed") ?? []
    }
}
