internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import Synchronization

/// A list of objects, as S3 Batch Operations reads them: `Bucket,Key[,VersionId]` without a header, keys
/// URL-encoded (Amazon S3 User Guide, "Specifying a manifest"); read in bounded memory.
final class JobManifest: Sendable {
    /// One object of the list.
    struct Entry: Hashable, Sendable {
        /// Its line, from 1.
        let line: Int
        /// The first column.
        let bucket: BucketName
        /// The second column, decoded.
        let key: ObjectKey
    }

    private let lines: Mutex<Lines>

    private init(_ source: any ByteSource & Sendable, name: String) { lines = Mutex(Lines(source, name)) }

    /// Opens a list: `bucket:key` of a configured bucket, or a file.
    static func open(
        _ place: String,
        _ configuration: ProcessingConfiguration,
        _ pool: BlockingPool
    ) async throws(SluiceError) -> JobManifest {
        if let colon = place.firstIndex(of: ":"),
            let store = configuration.buckets[BucketName(String(place[..<colon]))]?.store
        {
            let key = ObjectKey(String(place[place.index(after: colon)...]))
            return JobManifest(try await store.open(key, ifMatch: nil), name: place)
        }
        return JobManifest(
            try await pool.run { () throws(SluiceError) in try ManifestFile(place) },
            name: place
        )
    }

    /// The next objects of the list; none at its end. Throws `job.bad-manifest` with the line.
    func next(limit: Int, on pool: BlockingPool) async throws(SluiceError) -> [Entry] {
        try await pool.run { () throws(SluiceError) in
            try self.lines.withLock { lines throws(SluiceError) in try lines.next(limit: limit) }
        }
    }

    /// Takes lines out of the bytes.
    private struct Lines {
        private static let mostLineBytes = 8 << 10
        private static let chunk = 64 << 10
        private let source: any ByteSource & Sendable
        private let name: String
        private var rest: ArraySlice<UInt8> = []
        private var line = 0
        private var hasEnded = false

        init(_ source: any ByteSource & Sendable, _ name: String) {
            (self.source, self.name) = (source, name)
        }

        mutating func next(limit: Int) throws(SluiceError) -> [Entry] {
            var entries: [Entry] = []
            while entries.count < limit {
                guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                    if hasEnded {
                        if !rest.isEmpty { try take(rest, into: &entries) }
                        rest = []
                        break
                    }
                    try fill()
                    continue
                }
                try take(rest[..<end], into: &entries)
                rest = rest[(end + 1)...]
            }
            return entries
        }

        private mutating func fill() throws(SluiceError) {
            guard rest.count <= Self.mostLineBytes else { throw bad("is too long") }
            let chunk = try source.readChunk(Self.chunk)
            hasEnded = chunk.isEmpty
            rest = (Array(rest) + chunk)[...]
        }

        private mutating func take(
            _ bytes: ArraySlice<UInt8>,
            into entries: inout [Entry]
        ) throws(SluiceError) {
            line += 1
            let text = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            if text.isEmpty { return }
            guard let fields = ManifestLine.fields(text) else { throw bad("has a quote that does not end") }
            guard fields.count == 2 || fields.count == 3 else {
                throw bad("has \(fields.count) columns instead of 2 or 3")
            }
            guard let key = ManifestLine.decode(fields[1]), !key.isEmpty, !fields[0].isEmpty else {
                throw bad("has a key that is not URL-encoded, or no key")
            }
            let bucket = BucketName(String(decoding: fields[0], as: UTF8.self))
            entries.append(Entry(line: line, bucket: bucket, key: ObjectKey(bytes: key)))
        }

        private func bad(_ reason: String) -> SluiceError {
            SluiceError(
                .jobManifest,
                "Line \(max(line, 1)) of \(name) \(reason).",
                hint:
                    "Each line is Bucket,Key or Bucket,Key,VersionId, without a header, the key URL-encoded."
            )
        }
    }
}

/// One line of a list; pure.
enum ManifestLine {
    /// The columns of a line of CSV (RFC 4180); nil when a quote does not end.
    static func fields(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
        var fields: [[UInt8]] = [[]]
        var isQuoted = false
        var bytes = line
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && bytes.first == UInt8(ascii: "\""):
                bytes = bytes.dropFirst()
                fields[fields.count - 1].append(byte)
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: fields.append([])
            default: fields[fields.count - 1].append(byte)
            }
        }
        return isQuoted ? nil : fields
    }

    /// Undoes URL-encoding, where `+` is a space; nil when a percent sign is followed by no two digits.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var key: [UInt8] = []
        var bytes = text[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): key.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard bytes.count >= 2,
                    let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
                else { return nil }
                key.append(value)
                bytes = bytes.dropFirst(2)
            default: key.append(byte)
            }
        }
        return key
    }
}

/// A file on this machine.
private final class ManifestFile: ByteSource, Sendable {
    private let descriptor: CInt

    init(_ path: String) throws(SluiceError) {
        descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SluiceError(
                .jobManifest,
                "\(path) cannot be opened: \(unsafe String(cString: strerror(errno))).",
                hint: "The service reads it, so it needs an absolute path that the service may read."
            )
        }
    }

    deinit { Glibc.close(descriptor) }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let descriptor = descriptor
        let isRead = unsafe buffer.withUnsafeMutableBytes { target, count in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: target[count...])
            let got = unsafe Glibc.read(descriptor, free.baseAddress, free.count)
            if got > 0 { count += got }
            return got >= 0
        }
        if !isRead { throw SluiceError(.jobManifest, "The list cannot be read any further.") }
    }
}

extension ByteSource {
    /// Up to so many bytes; none at the end.
    fileprivate func readChunk(_ capacity: Int) throws(SluiceError) -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        defer { unsafe memory.deallocate() }
        // The span lives shorter than the memory, which nobody else sees.
        var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
        try read(into: &span)
        let count = unsafe span.finalize(for: memory)
        return unsafe Array(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }
}
