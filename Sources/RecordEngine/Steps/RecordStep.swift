internal import CSimdjson

/// One step of a pipeline at run time: works on the live records of a batch.
///
/// Any thread may run it.
///
/// A step drops and rejects records in place and never touches one that is not live.
protocol RecordStep: Sendable {
    /// The field that the step makes, where one entry of the configuration makes several steps.
    var madeField: String? { get }
    /// Text that every record holds which the step does not drop; nil where there is none.
    var requiredText: [UInt8]? { get }
    /// Whether the step remembers records: its pipeline runs block after block.
    var isStateful: Bool { get }
    /// The step with fresh memory for one run; itself where it remembers nothing.
    func instance() -> any RecordStep
    /// What the step fills in output templates, where it gives records the number of an output.
    var placeholders: [String] { get }
    /// When the outputs that it names are full.
    var outputRoll: OutputRoll? { get }
    /// Works on one batch.
    func apply(to batch: RecordBatch)
}

extension RecordStep {
    /// Most steps make no field of their own.
    var madeField: String? { nil }
    /// Most steps want to see every record.
    var requiredText: [UInt8]? { nil }
    /// Most steps look at one record at a time.
    var isStateful: Bool { false }
    /// Most steps leave records where they go.
    var placeholders: [String] { [] }
    /// Never.
    var outputRoll: OutputRoll? { nil }
    /// The same step.
    func instance() -> any RecordStep { self }
}

/// A set of symbols that is asked once per field.
struct SymbolSet: Sendable {
    private var isMember: [Bool] = []

    /// Takes the members.
    init(_ symbols: some Sequence<UInt16>) {
        for symbol in symbols {
            while isMember.count <= Int(symbol) { isMember.append(false) }
            isMember[Int(symbol)] = true
        }
    }

    /// Symbol 0, every name that the function does not mention, is never a member.
    @inline(__always)
    func contains(_ symbol: UInt16) -> Bool { Int(symbol) < isMember.count && isMember[Int(symbol)] }
}

extension RecordBatch {
    /// The field that a name stands for where only one can be meant: the last of that name, as most readers
    /// of JSON take it; nil where there is none.
    func lastField(_ symbol: UInt16, of record: sluice_record) -> sluice_field? {
        for index in record.fieldRange.reversed() {
            let field = unsafe fields[index]
            if field.symbol == symbol && !field.isRemoved { return field }
        }
        return nil
    }
}
