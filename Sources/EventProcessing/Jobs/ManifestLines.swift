internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import Synchronization

/// The lines of a list's file.
final class ManifestLines: Sendable {
    private let state: Mutex<State>

    /// Reads a file; with `md5` it is gzip with this digest. `name` is what messages call it.
    init(
        _ source: any ByteSource & Sendable,
        of name: String,
        _ columns: ManifestColumns,
        md5: String? = nil
    ) {
        state = Mutex(State(source, name, columns, md5))
    }

    /// The next entries; none at the end. Throws `job.bad-manifest` with the line.
    func next(limit: Int, on pool: BlockingPool) async throws(SluiceError) -> [JobManifest.Entry] {
        try await pool.run { () throws(SluiceError) in
            try self.state.withLock { state throws(SluiceError) in try state.next(limit: limit) }
        }
    }

    /// Takes lines out of the bytes.
    private struct State {
        /// Room for a key and for what an inventory says of an object's access control list.
        private static let mostLineBytes = 64 << 10
        private static let chunk = 64 << 10
        private let source: any ByteSource
        private let name: String
        private let columns: ManifestColumns
        private var rest: ArraySlice<UInt8> = []
        private var line = 0
        private var hasEnded = false

        init(_ source: any ByteSource & Sendable, _ name: String, _ columns: ManifestColumns, _ md5: String?)
        {
            (self.name, self.columns) = (name, columns)
            if let md5 { self.source = CheckedGzip(source, md5: md5) } else { self.source = source }
        }

        mutating func next(limit: Int) throws(SluiceError) -> [JobManifest.Entry] {
            var entries: [JobManifest.Entry] = []
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
            let chunk: [UInt8]
            do throws(SluiceError) {
                chunk = try source.readChunk(Self.chunk)
            } catch {
                guard error.code.name.hasPrefix("codec.") else { throw error }
                throw SluiceError(
                    .jobManifest,
                    "The file \(name) cannot be used: \(error.message)",
                    hint: error.hint,
                    cause: error
                )
            }
            hasEnded = chunk.isEmpty
            rest = (Array(rest) + chunk)[...]
        }

        private mutating func take(
            _ bytes: ArraySlice<UInt8>,
            into entries: inout [JobManifest.Entry]
        ) throws(SluiceError) {
            line += 1
            let text = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            if text.isEmpty { return }
            guard let fields = ManifestLine.fields(text) else { throw bad("has a quote that does not end") }
            guard columns.count.contains(fields.count) else {
                let (least, most) = (columns.count.lowerBound, columns.count.upperBound)
                let wanted = least == most ? "\(least)" : "\(least) or \(most)"
                throw bad("has \(fields.count) columns instead of \(wanted)")
            }
            guard let key = ManifestLine.decode(fields[columns.key]), !key.isEmpty,
                !fields[columns.bucket].isEmpty
            else { throw bad("has a key that is not URL-encoded, or no key") }
            var refusal: String?
            if let isLatest = try truth(columns.isLatest, of: fields), !isLatest { refusal = "not-latest" }
            if try truth(columns.isDeleteMarker, of: fields) == true { refusal = "delete-marker" }
            entries.append(
                JobManifest.Entry(
                    place: "Line \(line) of \(name)",
                    bucket: String(decoding: fields[columns.bucket], as: UTF8.self),
                    key: ObjectKey(bytes: key),
                    refusal: refusal
                )
            )
        }

        private func truth(_ column: Int?, of fields: [[UInt8]]) throws(SluiceError) -> Bool? {
            guard let column else { return nil }
            switch String(decoding: fields[column], as: UTF8.self).lowercased() {
            case "true": return true
            case "false": return false
            default: throw bad("has neither true nor false in column \(column + 1)")
            }
        }

        private func bad(_ reason: String) -> SluiceError {
            SluiceError(
                .jobManifest,
                "Line \(max(line, 1)) of \(name) \(reason).",
                hint: columns == .list
                    ? "Each line is Bucket,Key or Bucket,Key,VersionId, no header, the key URL-encoded."
                    : "Each line has the columns of the inventory's fileSchema, the key URL-encoded."
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
