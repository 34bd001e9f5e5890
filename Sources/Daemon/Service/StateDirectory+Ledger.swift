package import DurableLedger
package import EventModel
package import Execution

extension StateDirectory {
    /// Opens the ledger, which only the holder of this lock may have open.
    ///
    /// A command that has just given the lock back may still be closing the ledger; it is waited for, so that
    /// a service does not fail for having been asked about while it began.
    package func openLedger(by random: any RandomSource) async throws(SluiceError) -> SQLiteLedger {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do throws(SluiceError) {
                return try await SQLiteLedger.open(
                    path: ledgerPath,
                    newLedger: random.hexadecimal(digitCount: 32)
                )
            } catch {
                guard error.code == .ledgerLocked, ContinuousClock.now < deadline else { throw error }
            }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw SluiceError(.cancelled, "Told to end while the ledger was being opened.")
            }
        }
    }
}
