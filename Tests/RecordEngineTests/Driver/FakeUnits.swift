internal import EventModel
internal import RecordEngine
internal import Testing

/// Members in memory, each with a text and perhaps an error behind it.
final class FakeUnits: UnitReader {
    struct Member {
        var name: String
        var text: [UInt8] = []
        /// Thrown behind the text.
        var failure: String?
        /// Thrown instead of opening the member.
        var refusal: String?
        /// What the failure names instead of the member: an archive around it.
        var failedLabel: String?
    }

    private var rest: ArraySlice<Member>
    private var current: Member?
    private var offset = 0
    private let chunk: Int
    /// Thrown behind the last member.
    private let brokenEnd: Bool
    private(set) var canContinue = true
    private(set) var failedLabel: String?
    var totals = ObjectTotals()

    init(_ members: [Member], chunk: Int = .max, brokenEnd: Bool = false) {
        rest = members[...]
        self.chunk = chunk
        self.brokenEnd = brokenEnd
        totals.archive = .tar
    }

    func nextUnit() throws(SluiceError) -> UnitInfo? {
        guard let member = rest.popFirst() else {
            guard brokenEnd else { return nil }
            canContinue = false
            failedLabel = nil
            throw SluiceError(.codecTruncated, "The archive ends too soon.")
        }
        totals.members += 1
        if let refusal = member.refusal {
            failedLabel = member.name
            throw SluiceError(.codecUnsupported, refusal)
        }
        current = member
        offset = 0
        return UnitInfo(label: member.name, keyPart: Array(member.name.utf8))
    }

    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        guard let current else { return 0 }
        let count = min(chunk, byteCount, current.text.count - offset)
        if count == 0, let failure = current.failure {
            failedLabel = current.failedLabel ?? current.name
            throw SluiceError(.codecCorrupt, failure)
        }
        for byte in current.text[offset..<offset + count] { buffer.append(byte) }
        offset += count
        totals.textBytes += UInt64(count)
        return count
    }
}

/// Keeps every output by what distinguishes it, and forgets those that are taken back.
final class OutputSinks: PipelineSinks {
    private(set) var sinks: [PipelineOutput: MemorySink] = [:]
    private(set) var opened: [PipelineOutput] = []
    private(set) var closed: Set<PipelineOutput> = []
    private(set) var discarded: Set<PipelineOutput> = []

    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)? {
        let sink = MemorySink()
        opened.append(output)
        sinks[output] = sink
        return sink
    }

    func close(_ output: PipelineOutput) throws(SluiceError) { closed.insert(output) }

    func discard(_ output: PipelineOutput) throws(SluiceError) {
        discarded.insert(output)
        sinks[output] = nil
    }

    /// The outputs that are there, as text by a short name: `member|route|partition|part`.
    func texts(as codec: InputCodec = .none) throws -> [String: String] {
        var texts: [String: String] = [:]
        for (output, sink) in sinks {
            let text = String(decoding: try decode(sink.bytes, as: codec).text, as: UTF8.self)
            let parts = [output.member, output.name.route, output.name.partition].map { $0 ?? "" }
            let name = output.role == .rejects ? "rejects" : parts.joined(separator: "|") + "|\(output.part)"
            texts[name] = text
        }
        return texts
    }
}

/// Runs over units, on threads whose order is the seed's.
func drive(
    _ driver: PipelineDriver,
    _ units: [FakeUnits.Member],
    brokenEnd: Bool = false,
    chunk: Int = .max,
    seed: UInt64? = nil
) throws(SluiceError) -> (OutputSinks, PipelineDriverReport) {
    let sinks = OutputSinks()
    let reader = FakeUnits(units, chunk: chunk, brokenEnd: brokenEnd)
    guard let seed else {
        let report = try driver.run(reader: reader, sinks: sinks, executor: InlineExecutor())
        return (sinks, report)
    }
    let pool = TestPool(4, seed: seed)
    defer { pool.close() }
    let report = try driver.run(reader: reader, sinks: sinks, executor: pool)
    return (sinks, report)
}
