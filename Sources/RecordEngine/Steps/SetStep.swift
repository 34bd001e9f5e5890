internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// `set: { name: <CEL> }` computes fields, one after another, each seeing those before it.
///
/// Every field of that name gets the value; where there is none, one is added at the end. A result that is
/// null is written as null. A field taken over as it is (`set: { a: b }`) keeps the bytes of its number, list
/// or object.
struct SetStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "set",
        summary: "Computes fields by expressions.",
        semantics: 1,
        example: "- set: { error: status >= 500 }",
        notes: """
            One field after another, each seeing those before it. A field that is there gets the value in
            its place; otherwise it is added at the end. Null is written as null. A result that cannot be
            computed (overflow, division by zero, a wrong type) rejects the record. Fixed text needs
            quotes of its own, `set: { env: "'prod'" }`; for that, [`text`](#text) is simpler.
            """,
        samples: [
            #"{"status":503}"#,
            #"{"status":200,"error":"none","n":1}"#,
        ]
    )

    /// The field that is made.
    let madeField: String?
    /// Its symbol.
    let symbol: UInt16
    /// What computes it.
    let binding: ExpressionBinding

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        context.entries(node).compactMap { entry in
            guard let expression = context.expression(entry.value) else { return nil }
            let binding = context.bind(expression)
            context.add(entry.name)
            let symbol = context.symbols.symbol(for: entry.name)
            return SetStep(madeField: entry.name, symbol: symbol, binding: binding)
        }
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let result = unsafe binding.evaluate(batch.records[index], in: batch)
            switch batch.made(result) {
            case .success(let value): unsafe batch.set(symbol, to: value, in: &batch.records[index])
            case .failure(let failure): unsafe batch.records[index].reject(failure.reason)
            }
        }
    }
}

/// A value that cannot be written.
struct ValueFailure: Error {
    /// What the record is rejected for.
    let reason: RejectReason
}

extension RecordBatch {
    /// Most bytes that steps may make of one batch.
    static let maximumArenaBytes = 256 << 20

    /// The result of an expression as a value of a field.
    func made(_ result: ExpressionValue) -> Result<MadeValue, ValueFailure> {
        switch result {
        case .null: return .success(MadeValue(tag: SLUICE_NULL, offset: 0, length: 0))
        case .bool(let value):
            return .success(MadeValue(tag: value ? SLUICE_TRUE : SLUICE_FALSE, offset: 0, length: 0))
        case .int(let value):
            return .success(digits(value.magnitude, isNegative: value < 0))
        case .uint(let value):
            return .success(digits(value, isNegative: false))
        case .double(let value):
            guard value.isFinite else { return .failure(ValueFailure(reason: .notFinite)) }
            arena.reserve(32)
            let offset = arena.count
            let target = unsafe (arena.base + offset).assumingMemoryBound(to: UInt8.self)
            arena.count &+= unsafe sluice_number_text(value, target)
            return .success(MadeValue(tag: SLUICE_NUMBER, offset: offset, length: arena.count - offset))
        case .string(let bytes): return unsafe slice(bytes, tag: SLUICE_TEXT)
        case .composite(let bytes): return unsafe slice(bytes, tag: SLUICE_COMPOSITE)
        case .error(let fault): return .failure(ValueFailure(reason: RejectReason(fault)))
        }
    }

    /// Bytes that lie in the block or the arena stay there; others are copied.
    private func slice(_ bytes: UnsafeRawBufferPointer, tag: Int) -> Result<MadeValue, ValueFailure> {
        guard let start = bytes.baseAddress, bytes.count > 0 else {
            return .success(MadeValue(tag: tag, offset: 0, length: 0))
        }
        let inArena = unsafe start - UnsafeRawPointer(arena.base)
        if inArena >= 0, inArena + bytes.count <= arena.count {
            return .success(MadeValue(tag: tag, offset: inArena, length: bytes.count))
        }
        let inText = unsafe start - UnsafeRawPointer(text)
        let textEnd = unsafe Int(records[0].offset) + textExtent
        if inText >= 0, inText + bytes.count <= textEnd {
            return .success(MadeValue(tag: tag, offset: inText, length: bytes.count, flags: 0))
        }
        guard arena.count + bytes.count <= Self.maximumArenaBytes else {
            return .failure(ValueFailure(reason: .tooMuchText))
        }
        let offset = arena.count
        unsafe arena.append(bytes)
        return .success(MadeValue(tag: tag, offset: offset, length: bytes.count))
    }

    private func digits(_ magnitude: UInt64, isNegative: Bool) -> MadeValue {
        arena.reserve(24)
        let offset = arena.count
        var rest = magnitude
        var length = isNegative ? 1 : 0
        repeat {
            length &+= 1
            rest /= 10
        } while rest != 0
        rest = magnitude
        var place = offset &+ length
        repeat {
            place &-= 1
            unsafe arena.base.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10),
                toByteOffset: place,
                as: UInt8.self
            )
            rest /= 10
        } while rest != 0
        if isNegative {
            unsafe arena.base.storeBytes(of: UInt8(ascii: "-"), toByteOffset: offset, as: UInt8.self)
        }
        arena.count &+= length
        return MadeValue(tag: SLUICE_NUMBER, offset: offset, length: length)
    }
}
