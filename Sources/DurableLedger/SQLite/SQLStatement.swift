internal import EventModel
internal import GRDB
internal import GRDBSQLite

/// A prepared statement: values are bound in order, then it is run or read row by row.
///
/// GRDB prepares and finalizes it; binding and stepping go to SQLite's C functions directly, because a commit
/// group is made of thousands of statements per second. Used on the committer thread only.
@safe final class SQLStatement {
    /// Finalizes the handle when released, so it must live as long as this.
    private let owner: Statement
    private let handle: OpaquePointer
    /// The last parameter that was bound; SQLite counts from 1.
    private var bound: CInt = 0

    /// Prepares a statement.
    init(_ database: Database, _ sql: String) throws(SluiceError) {
        do {
            owner = try database.makeStatement(sql: sql)
        } catch {
            throw LedgerFailure.error(error)
        }
        unsafe handle = owner.sqliteStatement
    }

    // MARK: Binding

    /// Binds an integer.
    @discardableResult func bind(_ value: Int64) -> Self {
        bound += 1
        unsafe sqlite3_bind_int64(handle, bound, value)
        return self
    }

    /// Binds an integer.
    @discardableResult func bind(_ value: Int) -> Self { bind(Int64(value)) }

    /// Binds a truth value.
    @discardableResult func bind(_ value: Bool) -> Self { bind(value ? 1 as Int64 : 0) }

    /// Binds an integer or NULL.
    @discardableResult func bind(_ value: Int64?) -> Self {
        guard let value else { return bindNull() }
        return bind(value)
    }

    /// Binds a moment or NULL.
    @discardableResult func bind(_ value: Timestamp?) -> Self { bind(value?.nanoseconds) }

    /// Binds text or NULL.
    @discardableResult func bind(_ value: String?) -> Self {
        guard var value else { return bindNull() }
        bound += 1
        let (handle, bound) = unsafe (self.handle, self.bound)
        value.withUTF8 { bytes in
            // SQLITE_TRANSIENT: SQLite copies before it returns
            // (https://www.sqlite.org/c3ref/bind_blob.html).
            _ = unsafe sqlite3_bind_text64(
                handle,
                bound,
                bytes.baseAddress.map { unsafe UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) },
                UInt64(bytes.count),
                Self.transient,
                UInt8(SQLITE_UTF8)
            )
        }
        return self
    }

    /// Binds a BLOB or NULL.
    @discardableResult func bind(_ value: [UInt8]?) -> Self {
        guard let value else { return bindNull() }
        bound += 1
        unsafe value.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress, bytes.count > 0 {
                _ = unsafe sqlite3_bind_blob64(handle, bound, base, UInt64(bytes.count), Self.transient)
            } else {
                _ = unsafe sqlite3_bind_zeroblob(handle, bound, 0)
            }
        }
        return self
    }

    private func bindNull() -> Self {
        bound += 1
        unsafe sqlite3_bind_null(handle, bound)
        return self
    }

    /// `SQLITE_TRANSIENT` is the C macro `((sqlite3_destructor_type)-1)`, which Swift does not import.
    private static var transient: sqlite3_destructor_type? {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: Running

    /// Runs a statement that answers no rows.
    func run() throws(SluiceError) {
        while try next() {}
    }

    /// Goes to the next row; false when there is none, and then the statement is ready to be bound again.
    func next() throws(SluiceError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        let failure = code == SQLITE_DONE ? nil : LedgerFailure.error(code: code, message: message)
        reset()
        if let failure { throw failure }
        return false
    }

    /// Runs a statement that answers at most one row, which `read` sees.
    func first<Value>(_ read: (SQLStatement) throws(SluiceError) -> Value) throws(SluiceError) -> Value? {
        guard try next() else { return nil }
        defer { reset() }
        return try read(self)
    }

    /// Makes the statement ready to be bound again; only needed when its rows were not read to the end.
    func reset() {
        bound = 0
        unsafe sqlite3_reset(handle)
    }

    private var message: String {
        unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
    }

    // MARK: Reading a row

    /// Whether a column of the row is NULL.
    func isNull(_ column: CInt) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// An integer of the row; 0 for NULL.
    func integer(_ column: CInt) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    /// An integer of the row, or nil.
    func optionalInteger(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }

    /// A moment of the row, or nil.
    func moment(_ column: CInt) -> Timestamp? { optionalInteger(column).map(Timestamp.init(nanoseconds:)) }

    /// Text of the row, or nil.
    func text(_ column: CInt) -> String? {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Bytes of the row; none for NULL.
    func bytes(_ column: CInt) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
