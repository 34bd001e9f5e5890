internal import EventModel
internal import Glibc

/// A part of an output in the making: in memory, or in a file that has no name when memory is short.
struct PartBuffer {
    /// The first step of growth.
    private static let smallest = 64 << 10

    private let limit: Int
    private let budget: PartBudget
    private let directory: String
    private var bytes: [UInt8] = []
    /// Taken from the budget; at least as much as `bytes` holds.
    private var reserved = 0
    private var file: SpoolFile?
    /// Bytes in the part so far; at most `limit`.
    private(set) var count = 0

    /// An empty part of at most `limit` bytes; a file would lie in `directory`.
    init(limit: Int, budget: PartBudget, directory: String) {
        self.limit = limit
        self.budget = budget
        self.directory = directory
    }

    /// Whether it lies in a file: who takes it enters a lane of the budget before.
    var isInFile: Bool { file != nil }

    /// Whether it takes no more.
    var isFull: Bool { count == limit }

    /// Takes as much as there is room for and returns how much. When memory is short it goes to a file, or,
    /// with `waits`, takes nothing and returns nil.
    mutating func append(_ source: RawSpan, waits: Bool) throws(SluiceError) -> Int? {
        let length = min(source.byteCount, limit - count)
        if length == 0 { return 0 }
        let part = source.extracting(first: length)
        if file == nil, !grow(to: count + length) {
            if waits { return nil }
            let spool = try SpoolFile(in: directory)
            // A read-only view of initialised bytes.
            unsafe try spool.write(bytes.span.bytes)
            forgetMemory()
            file = spool
        }
        if let file {
            try file.write(part)
        } else {
            // A read-only view, copied while it is valid.
            unsafe part.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
        count += length
        return length
    }

    /// Hands the part out and is empty afterwards.
    mutating func take() throws(SluiceError) -> Filled {
        defer { count = 0 }
        if let spool = file {
            file = nil
            return Filled(bytes: try spool.readAll(count), origin: .lane)
        }
        defer { (bytes, reserved) = ([], 0) }
        return Filled(bytes: bytes, origin: .memory(reserved))
    }

    /// Gives everything back.
    mutating func clear() {
        forgetMemory()
        file = nil
        count = 0
    }

    /// A part that is being sent; its memory is given back by `release`.
    struct Filled: Sendable {
        /// Where its memory came from.
        enum Origin: Sendable {
            /// So many bytes of the budget.
            case memory(Int)
            /// One of the budget's lanes.
            case lane
        }

        /// The part.
        let bytes: [UInt8]
        /// Where its memory came from.
        let origin: Origin

        /// Gives its memory back.
        func release(to budget: PartBudget) {
            switch origin {
            case .memory(let reserved): budget.release(reserved)
            case .lane: budget.leaveLane()
            }
        }
    }

    private mutating func grow(to needed: Int) -> Bool {
        if needed <= reserved { return true }
        var wanted = max(Self.smallest, reserved)
        while wanted < needed { wanted *= 2 }
        wanted = max(needed, min(wanted, limit))
        guard budget.reserve(wanted - reserved) else { return false }
        reserved = wanted
        bytes.reserveCapacity(wanted)
        return true
    }

    private mutating func forgetMemory() {
        budget.release(reserved)
        (bytes, reserved) = ([], 0)
    }
}

/// A file without a name, gone with its last owner.
final class SpoolFile: Sendable {
    /// `O_TMPFILE` with `O_DIRECTORY` (open(2)); a macro that Swift does not see.
    private static let nameless: Int32 = 0o20000000 | O_DIRECTORY
    /// Where files go when there is no directory of ours.
    static var defaultDirectory: String {
        unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    }

    private let file: OpenFile

    /// Makes one in a directory; throws `storage.full` and the like.
    init(in directory: String) throws(SluiceError) {
        var number = unsafe Glibc.open(directory, O_RDWR | O_CLOEXEC | Self.nameless, 0o600)
        if number < 0 {
            // The file system knows no nameless files: one with a name, which goes at once.
            var template = Array("\(directory)/sluice-part-XXXXXX".utf8CString)
            number = unsafe template.withUnsafeMutableBufferPointer { name in
                guard let name = name.baseAddress else { return -1 }
                let made = unsafe mkstemp(name)
                if made >= 0 { unsafe Glibc.unlink(name) }
                return made
            }
        }
        guard number >= 0 else { throw Self.error(Errno(errno), directory) }
        file = OpenFile(owning: number)
    }

    /// Appends bytes.
    func write(_ bytes: RawSpan) throws(SluiceError) {
        var written = 0
        while written < bytes.byteCount {
            let rest = bytes.extracting(written...)
            // The view is valid for the duration of the call.
            let count = unsafe rest.withUnsafeBytes { rest in
                unsafe Glibc.write(file.number, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw Self.error(Errno(errno), "a part") }
            written += count
        }
    }

    /// The first bytes of the file.
    func readAll(_ count: Int) throws(SluiceError) -> [UInt8] {
        var failure: Errno?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initializedCount in
            while initializedCount < count {
                let start = unsafe target.baseAddress.map { unsafe $0 + initializedCount }
                let read = unsafe pread(file.number, start, count - initializedCount, off_t(initializedCount))
                if read < 0, errno == EINTR { continue }
                if read <= 0 {
                    failure = Errno(read < 0 ? errno : EIO)
                    return
                }
                initializedCount += read
            }
        }
        if let failure { throw Self.error(failure, "a part") }
        return bytes
    }

    private static func error(_ failure: Errno, _ what: String) -> SluiceError {
        LocalFailure.error(failure, "keep a part of an output in \(what)", scope: .bucket)
    }
}
