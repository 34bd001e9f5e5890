package import EventModel

/// The media type of an output by the last ending of its key.
package enum ContentTypes {
    /// IANA's registry of media types, and for lines of JSON what everybody writes.
    private static let byEnding = [
        "json": "application/json", "ndjson": "application/x-ndjson", "jsonl": "application/x-ndjson",
        "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "log": "text/plain",
        "xml": "application/xml", "yaml": "application/yaml", "yml": "application/yaml", "html": "text/html",
        "md": "text/markdown", "pdf": "application/pdf", "gz": "application/gzip", "zst": "application/zstd",
        "bz2": "application/x-bzip2", "xz": "application/x-xz", "lz4": "application/x-lz4",
        "zip": "application/zip", "tar": "application/x-tar", "tgz": "application/gzip",
        "parquet": "application/vnd.apache.parquet", "png": "image/png", "jpg": "image/jpeg",
        "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "svg": "image/svg+xml",
        "mp4": "video/mp4", "mp3": "audio/mpeg", "wasm": "application/wasm",
    ]

    /// The type of the bytes as they are stored: a compressed object is no text. Nil leaves it to the store.
    package static func type(of key: ObjectKey) -> String? {
        let name = key.bytes[((key.bytes.lastIndex(of: 0x2F) ?? -1) + 1)...]
        guard let dot = name.lastIndex(of: 0x2E), dot > name.startIndex else { return nil }
        let ending = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
        return byEnding[ending]
    }
}
