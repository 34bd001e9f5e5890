public import ControlPlane
internal import DurableLedger
public import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import Glibc

/// The ledger of a stopped service, locked as long as this object lives, behind the same API as a running
/// one.
public final class OfflineAccess: Sendable {
    /// Answers from the ledger.
    public let api: API
    private let state: StateDirectory
    private let ledger: SQLiteLedger

    private init(state: StateDirectory, ledger: SQLiteLedger, api: API) {
        self.state = state
        self.ledger = ledger
        self.api = api
    }

    /// Locks the state directory and opens its ledger; throws `service.no-ledger` when there is none yet.
    @concurrent
    public static func open(_ configuration: SluiceConfiguration) async throws(SluiceError) -> OfflineAccess {
        guard FileManager.default.fileExists(atPath: configuration.state + "/" + StateDirectory.ledgerName)
        else {
            throw SluiceError(
                .serviceNoLedger,
                "There is no ledger in \(configuration.state) yet.",
                hint: "'sluice serve' makes it at its first start."
            )
        }
        let state = try StateDirectory.open(configuration.state, for: .command)
        let ledger = try await state.openLedger(by: SystemRandomSource())
        let operations = LedgerOperations(
            ledger: ledger,
            configuration: try ProcessingAssembly(state: configuration.state).processing(configuration)
        )
        let api = API(operations: operations, host: API.Host(boot: ""), clock: SystemTimeSource())
        return OfflineAccess(state: state, ledger: ledger, api: api)
    }

    /// Closes the ledger and gives the lock back.
    public func close() async { await ledger.close() }

    /// Closes the ledger and copies it to a new file, which is verified before it gets its name.
    public func backUp(to path: String) async throws(SluiceError) {
        await ledger.close()
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SluiceError(.backupFailed, "\(path) exists already.", hint: "Name a new file.")
        }
        let draft = path + ".part"
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: draft + suffix) }
        }
        do {
            try FileManager.default.copyItem(atPath: state.ledgerPath, toPath: draft)
        } catch {
            throw SluiceError(.backupFailed, "The ledger could not be copied to \(path).", cause: error)
        }
        let copy = try await SQLiteLedger.open(path: draft, newLedger: "")
        let problems = try await copy.verify()
        await copy.close()
        guard problems.isEmpty else {
            throw SluiceError(
                .backupFailed,
                "The ledger does not agree with itself: \(problems.prefix(3).joined(separator: "; ")).",
                hint: "'sluice ledger verify' lists everything."
            )
        }
        let descriptor = unsafe Glibc.open(draft, O_RDONLY | O_CLOEXEC)
        let isDurable = descriptor >= 0 && fsync(descriptor) == 0
        if descriptor >= 0 { Glibc.close(descriptor) }
        guard isDurable, unsafe rename(draft, path) == 0 else {
            throw SluiceError(.backupFailed, "\(path) could not be written.")
        }
    }
}

extension SluiceError.Code {
    /// The state directory holds no ledger yet.
    public static let serviceNoLedger = Self("service.no-ledger", .usage)
    /// A backup could not be made.
    public static let backupFailed = Self("ledger.backup-failed", .usage)
}
