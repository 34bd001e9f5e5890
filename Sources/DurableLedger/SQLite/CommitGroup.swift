internal import EventModel
internal import GRDB

/// One transaction: all its operations are stored by one fsync, or none is.
struct CommitGroup {
    private let store: LedgerStore
    private let jobs: [Committer.Job]

    /// Gathers operations.
    init(_ store: LedgerStore, _ jobs: [Committer.Job]) {
        self.store = store
        self.jobs = jobs
    }

    /// Runs the transaction and tells every caller.
    ///
    /// When it fails, each operation is tried in a transaction
    /// of its own, so that only those suffer that cannot be stored. Returns an error after which nothing may
    /// be written any more.
    func run(counting count: (Int) -> Void) -> SluiceError? {
        do throws(SluiceError) {
            let answers = try commit(jobs[...])
            count(jobs.count)
            for answer in answers { answer() }
            return nil
        } catch {
            if error.code == .ledgerUnavailable || jobs.count == 1 { return fail(jobs[...], error) }
        }
        for index in jobs.indices {
            do throws(SluiceError) {
                let answers = try commit(jobs[index...index])
                count(1)
                for answer in answers { answer() }
            } catch {
                if error.code == .ledgerUnavailable { return fail(jobs[index...], error) }
                jobs[index].fail(error)
            }
        }
        return nil
    }

    /// A full disk passes; any other failure of the file ends the writing (trap D06): what is stored is then
    /// only known after the recovery of the next start.
    private func fail(_ jobs: ArraySlice<Committer.Job>, _ error: SluiceError) -> SluiceError? {
        for job in jobs { job.fail(error) }
        return error.code == .ledgerUnavailable ? error : nil
    }

    private func commit(_ jobs: ArraySlice<Committer.Job>) throws(SluiceError) -> [@Sendable () -> Void] {
        let before = store.memory
        do throws(SluiceError) {
            try store.sql.begin.run()
            var answers: [@Sendable () -> Void] = []
            answers.reserveCapacity(jobs.count)
            for job in jobs { answers.append(try job.perform(store)) }
            try store.flush()
            try store.sql.commit.run()
            return answers
        } catch {
            store.memory = before
            store.sql.reset()
            // A full disk may have ended the transaction already
            // (https://www.sqlite.org/lang_transaction.html, 3.1).
            if store.database.isInsideTransaction { try LedgerSchema.run(store.database, "ROLLBACK") }
            throw error
        }
    }
}
