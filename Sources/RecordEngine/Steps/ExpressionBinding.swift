internal import CSimdjson
internal import ExpressionLanguage

/// Memory that expressions need while they run; one per thread.
@safe final class ExpressionMemory {
    /// Strings that expressions make.
    let scratch = ExpressionScratch()
    /// The values of the fields that an expression names.
    let slots: UnsafeMutableBufferPointer<ExpressionValue>

    /// Room for the fields of any expression of the function.
    init(slotCount: Int) {
        unsafe slots = .allocate(capacity: max(slotCount, 1))
        unsafe slots.initialize(repeating: .null)
    }

    deinit { unsafe slots.deallocate() }
}

/// An expression and where its fields are found.
struct ExpressionBinding: Sendable {
    /// The compiled expression.
    let expression: CompiledExpression
    /// From symbol to slot; −1 where the expression does not name it.
    private let slots: [Int16]

    /// Takes the symbols of the expression's fields, slot by slot.
    init(_ expression: CompiledExpression, symbols: [UInt16]) {
        self.expression = expression
        var slots: [Int16] = []
        for (slot, symbol) in symbols.enumerated() {
            while slots.count <= Int(symbol) { slots.append(-1) }
            slots[Int(symbol)] = Int16(clamping: slot)
        }
        self.slots = slots
    }

    /// The value for one record.
    ///
    /// The last field of a name counts; an absent one is null.
    @inline(__always)
    func evaluate(_ record: sluice_record, in batch: RecordBatch) -> ExpressionValue {
        let memory = batch.expressions
        let count = expression.fieldNames.count
        for slot in 0..<count { unsafe memory.slots[slot] = .null }
        var isReserved = false
        for index in record.fieldRange {
            let symbol = unsafe Int(batch.fields[index].symbol)
            if symbol == 0 || symbol >= slots.count || slots[symbol] < 0 { continue }
            let field = unsafe batch.fields[index]
            if field.isRemoved { continue }
            if field.isEscaped, !isReserved {
                batch.reserveForDecoding(record)
                isReserved = true
            }
            unsafe memory.slots[Int(slots[symbol])] = batch.expressionValue(of: field)
        }
        memory.scratch.reset()
        return unsafe expression.evaluate(UnsafeBufferPointer(memory.slots), scratch: memory.scratch)
    }
}

extension RejectReason {
    /// The reason that an evaluation failed for.
    init(_ fault: ExpressionFault) {
        self =
            switch fault.kind {
            case .overflow: .expressionOverflow
            case .divisionByZero: .expressionDivision
            case .typeMismatch: .expressionType
            case .notBool: .expressionNotBool
            case .badConversion: .expressionConversion
            case .badPattern: .expressionPattern
            case .tooMuchText: .expressionText
            }
    }
}
