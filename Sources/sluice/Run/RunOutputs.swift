internal import EventModel
internal import FunctionRuntime
internal import Glibc

/// Where the outputs of one run go; visible only when `publish` is called.
final class RunOutputs: OutputOpener {
    /// Where a result or the rejects go.
    enum Place: Sendable {
        /// Standard output, once the run has succeeded.
        case standardOutput
        /// This file.
        case file(String)
        /// A file in this directory, named after the input and the codec of the output.
        case directory(String, baseName: String)
        /// Files in this directory: `OUTPUT/PARTITION/MEMBER`, the base name standing for the member where
        /// there are none; in a directory of the base name where `isShared` says that other runs have members
        /// as well.
        case tree(String, baseName: String, isShared: Bool)
    }

    /// What was made visible.
    struct Published {
        /// The result, or the directory of several; nil on standard output.
        var result: String?
        /// The rejects; nil when nobody asked for them.
        var rejects: String?
        /// How many results there are.
        var count = 0
        /// Stored bytes of all.
        var bytes: UInt64 = 0
    }

    /// So many finished files keep their descriptors; further ones are set aside.
    private static let mostOpen = 256

    private let result: Place
    private let rejects: String?
    private let inputs: Set<FileStatus.Identity>
    private var files: [OutputPart: HiddenFile] = [:]
    /// In the order in which they were opened.
    private var parts: [OutputPart] = []
    private var finishedCount = 0

    /// Describes a run's outputs; `rejects` nil only counts them.
    ///
    /// None may replace one of `inputs`.
    init(result: Place, rejects: String?, inputs: Set<FileStatus.Identity>) {
        self.inputs = inputs
        self.result = result
        self.rejects = rejects
    }

    func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)? {
        let directory: String
        switch part.role {
        case .result: directory = self.directory
        case .rejects:
            guard let rejects else { return nil }
            directory = Self.parent(of: rejects)
        }
        let file = try HiddenFile(in: directory)
        files[part] = file
        parts.append(part)
        return file
    }

    func close(_ part: OutputPart) throws(SluiceError) {
        guard let file = files[part] else { return }
        try file.finish()
        finishedCount += 1
        if finishedCount > Self.mostOpen, case .tree = result { try file.setAside() }
    }

    func discard(_ part: OutputPart) throws(SluiceError) {
        files[part] = nil
        // From the end: what is taken back was mostly opened last, and there may be very many.
        if let place = parts.lastIndex(of: part) { parts.remove(at: place) }
    }

    /// Makes the outputs visible.
    ///
    /// Names that cannot stand beside each other are found before.
    func publish() throws(SluiceError) -> Published {
        let results = try resultPaths()
        var published = Published(rejects: rejects, count: results.count)
        var directories: Set<String> = []
        if let rejects {
            // Also when nothing was rejected: a file of an earlier run must not look like this one's.
            let kept = files.first { $0.key.role == .rejects }?.value
            let file = if let kept { kept } else { try HiddenFile(in: Self.parent(of: rejects)) }
            try file.publish(as: rejects)
            published.bytes += file.byteCount
            directories.insert(Self.parent(of: rejects))
        }
        for (file, path) in results {
            published.bytes += file.byteCount
            guard let path else {
                try file.copy(to: STDOUT_FILENO)
                continue
            }
            let parent = Self.parent(of: path)
            if directories.insert(parent).inserted { try Files.makeDirectory(parent) }
            try file.publish(as: path)
            published.result = path
        }
        if case .tree(let directory, _, _) = result { published.result = directory }
        for directory in directories { try Files.synchronize(directory) }
        return published
    }

    /// Where each result goes; nil is standard output.
    private func resultPaths() throws(SluiceError) -> [(file: HiddenFile, path: String?)] {
        var results: [(file: HiddenFile, path: String?)] = []
        var taken: Set<String> = []
        for part in parts where part.role == .result {
            guard let file = files[part] else { continue }
            let path = try self.path(of: part, file)
            if let path, !taken.insert(path).inserted {
                throw SluiceError(
                    .runOutput,
                    "Two outputs would both be written to \(Printable.escape(path)).",
                    hint: "Members of the archive differ only by the ending of a codec; merge them."
                )
            }
            if let path { try checkReplaces(path) }
            results.append((file, path))
        }
        for path in taken {
            var parent = Self.parent(of: path)
            while parent.count > directory.count {
                if taken.contains(parent) {
                    throw SluiceError(
                        .runOutput,
                        "\(Printable.escape(parent)) would be a file and a directory.",
                        hint: "The archive holds both; take one of them with `members:`."
                    )
                }
                parent = Self.parent(of: parent)
            }
        }
        return results
    }

    /// A result in a directory is named after its input or member, so it may meet what must not be replaced.
    private func checkReplaces(_ path: String) throws(SluiceError) {
        if let identity = FileStatus(path: path)?.identity, inputs.contains(identity) {
            throw SluiceError(
                .runOutput,
                "\(Printable.escape(path)) is an input.",
                hint: "Write to another directory."
            )
        }
        if let rejects, Self.isSamePlace(path, rejects) {
            throw SluiceError(
                .runOutput,
                "\(Printable.escape(path)) cannot hold both a result and the rejects.",
                hint: "Write rejects to another file."
            )
        }
    }

    /// Whether two paths have the same last component in the same directory.
    private static func isSamePlace(_ left: String, _ right: String) -> Bool {
        guard left.split(separator: "/").last == right.split(separator: "/").last,
            let directory = FileStatus(path: parent(of: left))?.identity
        else { return left == right }
        return directory == FileStatus(path: parent(of: right))?.identity
    }

    private func path(of part: OutputPart, _ file: HiddenFile) throws(SluiceError) -> String? {
        switch result {
        case .standardOutput: return nil
        case .file(let path): return path
        case .directory(let directory, let baseName):
            return directory + "/" + baseName + Self.codecExtension(try file.head())
        case .tree(let directory, let baseName, let isShared):
            let member = part.placeholders["member"]
            var path = [directory, part.placeholders["output"], part.placeholders["partition"]]
                .compactMap(\.self).joined(separator: "/")
            if isShared, member != nil { path += "/" + baseName }
            path += "/" + (member.map(Self.withoutCodec) ?? baseName)
            if let number = part.placeholders["part"], number != "0" { path += "." + number }
            return path + Self.codecExtension(try file.head())
        }
    }

    private var directory: String {
        switch result {
        case .standardOutput: Files.temporaryDirectory
        case .file(let path): Self.parent(of: path)
        case .directory(let path, _), .tree(let path, _, _): path
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A name without the ending of a codec.
    static func withoutCodec(_ name: String) -> String {
        for ending in [".gz", ".zst", ".bz2", ".xz", ".lz4"]
        where name.hasSuffix(ending) && name.count > ending.count && !name.hasSuffix("/" + ending) {
            return String(name.dropLast(ending.count))
        }
        return name
    }

    /// The ending that fits the output's first bytes (RFC 1952, RFC 8878, the formats of LZ4 and xz).
    private static func codecExtension(_ head: [UInt8]) -> String {
        if head.starts(with: [0x1F, 0x8B]) { return ".gz" }
        if head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return ".zst" }
        if head.starts(with: [0x04, 0x22, 0x4D, 0x18]) { return ".lz4" }
        return head.starts(with: [0xFD, 0x37, 0x7A, 0x58]) ? ".xz" : ""
    }
}
