internal import EventModel
internal import GRDB

/// Every statement of the ledger, prepared once.
final class LedgerStatements {
    private let database: Database
    private var prepared: [String: SQLStatement] = [:]

    /// Begins a transaction, taking the write lock at once (trap D03).
    let begin: SQLStatement
    /// Ends it on stable storage.
    let commit: SQLStatement
    /// A new delivery.
    let insertDelivery: SQLStatement
    /// What may change of a delivery.
    let updateDelivery: SQLStatement
    /// One delivery.
    let delivery: SQLStatement
    /// What is ready of a stream, class and kind.
    let ready: SQLStatement
    /// A new target.
    let insertTarget: SQLStatement
    /// What may change of a target.
    let updateTarget: SQLStatement
    /// What the decision changes of a delivery.
    let decideDelivery: SQLStatement
    /// What the end of a commit changes of a delivery.
    let completeDelivery: SQLStatement
    /// One target by its name.
    let targetByKey: SQLStatement
    /// One target by its number.
    let targetByNumber: SQLStatement
    /// Who owns an output.
    let outputOwner: SQLStatement
    /// Whether an output is being committed.
    let isCommitting: SQLStatement
    /// An output that is being committed.
    let putOutput: SQLStatement
    /// An output that was published.
    let publishOutput: SQLStatement
    /// A counter.
    let putCounter: SQLStatement
    /// The sequences and the boot.
    let putMeta: SQLStatement

    /// Prepares the statements of the hot path.
    init(_ database: Database) throws(SluiceError) {
        self.database = database
        begin = try SQLStatement(database, LedgerSQL.begin)
        commit = try SQLStatement(database, LedgerSQL.commit)
        insertDelivery = try SQLStatement(database, LedgerSQL.insertDelivery)
        updateDelivery = try SQLStatement(database, LedgerSQL.updateDelivery)
        delivery = try SQLStatement(database, LedgerSQL.delivery)
        ready = try SQLStatement(database, LedgerSQL.ready)
        insertTarget = try SQLStatement(database, LedgerSQL.insertTarget)
        updateTarget = try SQLStatement(database, LedgerSQL.updateTarget)
        decideDelivery = try SQLStatement(database, LedgerSQL.decideDelivery)
        completeDelivery = try SQLStatement(database, LedgerSQL.completeDelivery)
        targetByKey = try SQLStatement(database, LedgerSQL.targetByKey)
        targetByNumber = try SQLStatement(database, LedgerSQL.targetByNumber)
        outputOwner = try SQLStatement(database, LedgerSQL.outputOwner)
        isCommitting = try SQLStatement(database, LedgerSQL.isCommitting)
        putOutput = try SQLStatement(database, LedgerSQL.putOutput)
        publishOutput = try SQLStatement(database, LedgerSQL.publishOutput)
        putCounter = try SQLStatement(database, LedgerSQL.putCounter)
        putMeta = try SQLStatement(database, LedgerSQL.putMeta)
    }

    /// Makes all statements ready to be bound again, after an operation ended in the middle of one.
    func reset() {
        let hot = [
            begin, commit, insertDelivery, updateDelivery, delivery, ready, insertTarget, updateTarget,
            decideDelivery, completeDelivery,
            targetByKey, targetByNumber, outputOwner, isCommitting, putOutput, publishOutput, putCounter,
            putMeta,
        ]
        for statement in hot { statement.reset() }
        for statement in prepared.values { statement.reset() }
    }

    /// Another statement, prepared at its first use.
    func callAsFunction(_ sql: String) throws(SluiceError) -> SQLStatement {
        if let statement = prepared[sql] { return statement }
        let statement = try SQLStatement(database, sql)
        prepared[sql] = statement
        return statement
    }
}
