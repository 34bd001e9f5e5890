internal import DurableLedger
internal import EventModel
public import Execution
internal import FoundationEssentials
internal import Synchronization

/// Runs each suspect in a `sluice worker` of its own.
public struct ProcessSuspectRunner: SuspectRunner {
    /// An answer is never longer than this: as many outputs as there may be, with the longest keys.
    private static let mostAnswerBytes = StagingOpener.mostOutputs * 2048
    private let executable: String
    private let arguments: [String]
    private let pool: BlockingPool
    private let clock: any TimeSource

    /// Starts `executable` with `arguments` (such as `worker --config sluice.yaml`). Each run occupies one
    /// thread of `pool` for as long as the child lives.
    public init(
        executable: String,
        arguments: [String],
        pool: BlockingPool,
        clock: any TimeSource = SystemTimeSource()
    ) {
        self.executable = executable
        self.arguments = arguments
        self.pool = pool
        self.clock = clock
    }

    /// Runs one attempt alone; the child's whole group is killed at the deadline or when the task is
    /// cancelled.
    public func run(_ assignment: WorkerAssignment, timeout: Duration) async -> SuspectEnd {
        let isCancelled = CancellationFlag()
        return await withTaskCancellationHandler {
            do throws(SluiceError) {
                let line = try WorkerMain.encode(assignment)
                return try await pool.run { () throws(SluiceError) in
                    try supervise(line, until: clock.uptime + timeout, isCancelled: isCancelled)
                }
            } catch {
                return .failed(error)
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private func supervise(
        _ line: [UInt8],
        until deadline: Duration,
        isCancelled: CancellationFlag
    ) throws(SluiceError) -> SuspectEnd {
        let child = try ChildProcess(executable: executable, arguments: arguments)
        // A child that does not read shows by its end. Its input stays open: it ends when we do.
        _ = child.write(line)
        var answer: [UInt8] = []
        var isOpen = true
        while true {
            // Cancellation and a moved clock are seen within a fifth of a second.
            let (hasOutput, hasEnded) = isOpen ? child.wait(milliseconds: 200) : (false, true)
            if hasOutput { answer += child.read() }
            if answer.count > Self.mostAnswerBytes { isOpen = false }
            if hasEnded {
                // What it wrote before its end; a descendant that holds the pipe is not waited for (trap
                // X03).
                while isOpen, case let rest = child.read(), !rest.isEmpty { answer += rest }
                return try Self.verdict(child.reap(), answer)
            }
            if isCancelled.isSet {
                child.kill()
                _ = try child.reap()
                throw SluiceError(.cancelled, "The attempt was told to end.")
            }
            if clock.uptime >= deadline {
                child.kill()
                _ = try child.reap()
                throw SluiceError(
                    .deadlineExceeded,
                    "The worker ran longer than its deadline and was killed.",
                    hint: "Raise `timeout:` of the trigger if the object is that large."
                )
            }
        }
    }

    private static func verdict(_ end: ChildProcess.End, _ answer: [UInt8]) throws(SluiceError) -> SuspectEnd
    {
        switch end {
        case .signalled(let number):
            let error = SluiceError(
                .functionCrashed,
                "The process that ran this object alone died by signal \(number).",
                hint: "The function crashes on this object; look at the service's log for its last words."
            )
            return .crashed(FailureRecord(error))
        case .exited(0):
            return .ended(try WorkerMain.decodeResult(answer))
        case .exited(let code):
            throw SluiceError(.workerProtocol, "A worker ended with code \(code) and without an answer.")
        }
    }
}

/// Set once, seen by a thread.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
