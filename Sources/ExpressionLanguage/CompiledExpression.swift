internal import EventModel

/// An expression ready to run: instructions, constants and patterns in memory of its own.
///
/// Evaluation reads that memory and the caller's slots; it allocates nothing and counts no references.
/// `@unchecked Sendable`: everything is written in `init` and only read afterwards; patterns are thread-safe.
@safe public final class CompiledExpression: @unchecked Sendable {
    /// Where the expression names a field.
    public struct FieldUse: Sendable, Hashable {
        /// The field's name.
        public let name: String
        /// Offset in the source, in UTF-8 bytes.
        public let byteOffset: Int
        /// Column from 1, in characters.
        public let column: Int
        /// Whether it stands as a bare identifier, which may be meant as text.
        public let isBareIdentifier: Bool
    }

    /// The names that are read: slot i holds the value of `fieldNames[i]`.
    public let fieldNames: [String]
    /// Every place that names a field.
    public let fieldUses: [FieldUse]
    /// The type of the result as far as it is known; `dynamic` where fields decide.
    public let resultType: ExpressionType
    /// The expression in one form whatever its blanks, quotes and parentheses: for fingerprints.
    public let canonicalText: String

    /// Text without which the expression is never true, where it reads one field only: what must occur in
    /// that field.
    public let requiredText: [UInt8]?

    private let slotCount: Int
    private let program: Program
    private let instructionCount: Int
    private let constantText: UnsafeMutableRawBufferPointer
    /// Keeps alive what `program.patterns` points to.
    private let patterns: [RegularExpression]

    /// Copies the generated program into memory that this object frees.
    init(_ code: CodeGenerator, _ checker: Checker, source: String) {
        fieldNames = checker.names
        slotCount = checker.names.count
        resultType = checker.types[checker.tree.root]
        canonicalText = CanonicalText(checker).text
        requiredText = checker.names.count == 1 ? RequiredText(checker).text(in: checker.names[0]) : nil
        fieldUses = checker.uses.map { use in
            let offset = checker.start(of: use.node)
            let place = ExpressionError(Finding(.expressionSyntax, "", at: offset), in: source)
            return FieldUse(
                name: checker.names[use.slot],
                byteOffset: offset,
                column: place.column,
                isBareIdentifier: use.isBare
            )
        }
        patterns = code.patterns
        instructionCount = code.instructions.count
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: code.constantByteCount, alignment: 1)
        unsafe constantText = text
        unsafe program = Program(
            instructions: code.instructions.leaked(),
            operands: code.operands.leaked(),
            constants: code.constantValues(in: text).leaked(),
            patterns: code.patterns.map { unsafe $0.handle }.leaked()
        )
    }

    deinit {
        unsafe program.instructions.deallocate()
        unsafe program.operands.deallocate()
        unsafe program.constants.deallocate()
        unsafe program.patterns.deallocate()
        unsafe constantText.deallocate()
    }

    /// The value for one record or event; `.error` when it cannot be computed.
    ///
    /// Strings of the result live in the slots' memory, in this object or in the scratch arena.
    public func evaluate(
        _ slots: UnsafeBufferPointer<ExpressionValue>,
        scratch: ExpressionScratch
    ) -> ExpressionValue {
        precondition(slots.count >= slotCount, "There must be one slot for each of the expression's names.")
        return unsafe run(instructionCount - 1, program, slots.baseAddress, scratch)
    }
}

/// The memory of a compiled expression; trivially copyable. Indices in it were checked when it was generated.
@unsafe struct Program {
    let instructions: UnsafePointer<Instruction>
    /// Operand lists; freed by the expression.
    let operands: UnsafePointer<Int32>
    /// Literals; their strings lie in the expression's text.
    let constants: UnsafePointer<ExpressionValue>
    /// Handles of patterns that the expression keeps alive.
    let patterns: UnsafePointer<OpaquePointer>
}

extension Array {
    /// A copy in memory that the caller frees; for trivial elements only.
    fileprivate func leaked() -> UnsafePointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: Swift.max(count, 1))
        _ = unsafe memory.initialize(from: self)
        return unsafe UnsafePointer(memory.baseAddress.unsafelyUnwrapped)
    }
}

extension CodeGenerator {
    /// Bytes of all constant strings together.
    fileprivate var constantByteCount: Int {
        constants.reduce(0) { sum, constant in
            if case .string(let bytes) = constant { sum + bytes.count } else { sum }
        }
    }

    /// The constants as values whose strings lie in `text`.
    fileprivate func constantValues(in text: UnsafeMutableRawBufferPointer) -> [ExpressionValue] {
        var offset = 0
        return constants.map { constant in
            switch constant {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .int(let value): return .int(value)
            case .uint(let value): return .uint(value)
            case .double(let value): return .double(value)
            case .string(let bytes):
                let part = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: text[offset..<(offset + bytes.count)]
                )
                unsafe part.copyBytes(from: bytes)
                offset += bytes.count
                return unsafe .string(UnsafeRawBufferPointer(part))
            }
        }
    }
}
