public import EventModel
public import Execution
internal import FoundationEssentials
internal import Glibc
internal import TriggerRules

/// The child's side: `sluice worker` reads one assignment, runs it, and says what came of it.
public enum WorkerMain {
    /// An assignment is never longer than this: a key, and some names.
    private static let mostAssignmentBytes = 1 << 20

    /// Reads an assignment from standard input, runs it and writes the result to standard output. The caller
    /// ends the process with code 0 afterwards, or otherwise when this throws. The process ends by itself
    /// when its parent is gone.
    public static func serve(
        _ configuration: ProcessingConfiguration,
        clock: any TimeSource = SystemTimeSource()
    ) async throws(SluiceError) {
        let pool = BlockingPool(name: "worker", limit: 2)
        let line = try await pool.run { () throws(SluiceError) in try readLine() }
        let assignment = try decodeAssignment(line)
        try NativeThread.start(name: "orphan", stackBytes: NativeThread.smallStackBytes) { endWithParent() }
        let result = await run(assignment, configuration, pool: pool, clock: clock)
        let answer = try encode(result)
        try await pool.run { () throws(SluiceError) in try writeAll(answer) }
    }

    /// Runs one assignment; every outcome is a result.
    public static func run(
        _ assignment: WorkerAssignment,
        _ configuration: ProcessingConfiguration,
        pool: BlockingPool,
        clock: any TimeSource = SystemTimeSource()
    ) async -> WorkerResult {
        let lanes = assignment.lane.map { JobLane.lanes($0.specification, $0.name, configuration) } ?? []
        let configuration = configuration.with(lanes: lanes)
        let timeout = configuration.trigger(assignment.triggerName)?.timeout ?? .seconds(3600)
        let control = AttemptControl(clock: clock, timeout: timeout)
        let runner = AttemptRunner(
            configuration: configuration,
            pool: pool,
            finisher: OutputFinisher(pool: OutputFinisher.makePool())
        )
        return WorkerResult(await runner.run(assignment, control: control))
    }

    /// One line of JSON.
    static func encode(_ value: some Encodable) throws(SluiceError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(value)) + [0x0A]
        } catch {
            throw SluiceError(.workerProtocol, "A worker's message cannot be written as JSON.", cause: error)
        }
    }

    /// Reads what `encode` wrote.
    static func decodeAssignment(_ line: [UInt8]) throws(SluiceError) -> WorkerAssignment {
        try decode(line, as: WorkerAssignment.self)
    }

    /// Reads what `encode` wrote.
    static func decodeResult(_ line: [UInt8]) throws(SluiceError) -> WorkerResult {
        try decode(line, as: WorkerResult.self)
    }

    private static func decode<Value: Decodable>(
        _ line: [UInt8],
        as type: Value.Type
    ) throws(SluiceError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(line))
        } catch {
            throw SluiceError(.workerProtocol, "A worker's message is no \(type).", cause: error)
        }
    }

    private static func readLine() throws(SluiceError) -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < mostAssignmentBytes {
            let count = unsafe read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            if byte == 0x0A { return line }
            line.append(byte)
        }
        throw SluiceError(
            .workerProtocol,
            "Standard input holds no assignment.",
            hint: "`sluice worker` is started by the service, not by hand."
        )
    }

    private static func writeAll(_ bytes: [UInt8]) throws(SluiceError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(1, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SluiceError(.workerProtocol, "Nobody reads the worker's answer.") }
            sent += count
        }
    }

    /// The parent holds our standard input open; its end is the parent's end.
    private static func endWithParent() {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(0, &byte, 1)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            _exit(1)
        }
    }
}
