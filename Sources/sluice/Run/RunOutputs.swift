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
    }

    private let result: Place
    private let rejects: String?
    private var resultFile: HiddenFile?
    private var rejectsFile: HiddenFile?

    /// Describes a run's outputs; `rejects` nil only counts them.
    init(result: Place, rejects: String?) {
        self.result = result
        self.rejects = rejects
    }

    func open(_ part: OutputPart) throws(SluiceError) -> (any ByteSink)? {
        switch part.role {
        case .result:
            let file = try HiddenFile(in: directory(of: result))
            resultFile = file
            return file
        case .rejects:
            guard let rejects else { return nil }
            let file = try HiddenFile(in: Self.parent(of: rejects))
            rejectsFile = file
            return file
        }
    }

    func close(_ part: OutputPart) throws(SluiceError) {}

    func discard(_ part: OutputPart) throws(SluiceError) {
        switch part.role {
        case .result: resultFile = nil
        case .rejects: rejectsFile = nil
        }
    }

    /// Makes the outputs visible; returns where the result and the rejects are, and the stored bytes of both.
    func publish() throws(SluiceError) -> (result: String?, rejects: String?, bytes: UInt64) {
        var shown: String?
        if let rejects {
            // Also when nothing was rejected: a file of an earlier run must not look like this one's.
            let file =
                if let rejectsFile { rejectsFile } else { try HiddenFile(in: Self.parent(of: rejects)) }
            try file.publish(as: rejects)
        }
        if let resultFile {
            switch result {
            case .standardOutput: try resultFile.copy(to: STDOUT_FILENO)
            case .file(let path):
                try resultFile.publish(as: path)
                shown = path
            case .directory(let directory, let baseName):
                let path = directory + "/" + baseName + Self.codecExtension(try resultFile.head())
                try resultFile.publish(as: path)
                shown = path
            }
        }
        let bytes = (resultFile?.byteCount ?? 0) + (rejectsFile?.byteCount ?? 0)
        return (shown, rejects, bytes)
    }

    private func directory(of place: Place) -> String {
        switch place {
        case .standardOutput: Self.temporaryDirectory
        case .file(let path): Self.parent(of: path)
        case .directory(let path, _): path
        }
    }

    private static var temporaryDirectory: String {
        guard let path = unsafe getenv("TMPDIR"), unsafe path.pointee != 0 else { return "/tmp" }
        return unsafe String(cString: path)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The ending that fits the output's first bytes (RFC 1952, RFC 8878).
    private static func codecExtension(_ head: [UInt8]) -> String {
        if head.starts(with: [0x1F, 0x8B]) { return ".gz" }
        return head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) ? ".zst" : ""
    }
}
