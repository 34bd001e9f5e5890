internal import EventModel
internal import FunctionRuntime
internal import RecordEngine

/// What the beginning of a file, or of each member of an archive, looks like.
struct ObjectSample {
    /// One text.
    struct Unit {
        /// The member's name; nil where the file is no archive.
        let member: String?
        /// The first bytes of the text.
        let text: [UInt8]
        /// Whether they are all of it.
        let isWhole: Bool
    }

    /// At most so many members are looked into.
    private static let mostMembers = 1_000

    /// The codecs around the file, the outermost first.
    private(set) var codecs: [String] = []
    /// What the file was taken apart as; nil where it is no archive.
    private(set) var archive: String?
    /// The texts, those that hold nothing left out.
    private(set) var units: [Unit] = []
    /// Members that cannot be read, with their reasons.
    private(set) var damaged: [String] = []
    /// Whether there is more in the archive than was looked at.
    private(set) var isPart = false

    /// Reads the file at `path`, at most `byteLimit` bytes of text of an archive.
    ///
    /// Throws when nothing of it can be read.
    init(_ path: String, byteLimit: Int) throws(SluiceError) {
        let reader = ObjectReader(
            InputPlan(archive: ArchivePlan()),
            source: try FileSource(path, progress: Progress()),
            spools: FileSpoolProvider(directory: Files.temporaryDirectory)
        )
        while true {
            do throws(SluiceError) {
                guard let info = try reader.nextUnit() else { break }
                if units.count >= Self.mostMembers || reader.totals.textBytes > UInt64(byteLimit) {
                    isPart = true
                    break
                }
                if let unit = try Self.read(reader, info, byteLimit: byteLimit) { units.append(unit) }
                // A file that is no archive need not be read to its end.
                if info.label == nil { break }
            } catch {
                guard reader.canContinue || !units.isEmpty else { throw error }
                damaged.append(error.message)
                if !reader.canContinue { break }
            }
        }
        codecs = reader.totals.codecs.filter { $0 != .none }.map(\.rawValue)
        archive = reader.totals.archive?.rawValue
    }

    private static func read(
        _ reader: ObjectReader,
        _ info: UnitInfo,
        byteLimit: Int
    ) throws(SluiceError) -> Unit? {
        let text = ByteBuffer()
        let limit = min(Sniffer.sampleBytes, byteLimit)
        var isWhole = false
        while text.count < limit {
            if try reader.read(into: text, upTo: limit - text.count) == 0 {
                isWhole = true
                break
            }
        }
        // Copied out of memory that the buffer owns.
        let bytes = unsafe Array(text.bytes)
        return bytes.isEmpty ? nil : Unit(member: info.label, text: bytes, isWhole: isWhole)
    }
}
