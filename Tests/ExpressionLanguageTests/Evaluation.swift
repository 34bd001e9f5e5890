internal import ExpressionLanguage
internal import Testing

/// A field's value as tests write it.
enum Sample: Sendable {
    case null, bool(Bool), int(Int64), uint(UInt64), double(Double), text(String), bytes([UInt8]), json(
        String
    )
}

/// Compiles and runs one expression over named values; gives the result as text.
///
/// Ints print as `1`, uints as `1u`, doubles as `1.0`, strings in quotes, faults as `fault: reason`.
func evaluate(
    _ source: String,
    _ fields: [String: Sample] = [:],
    environment: ExpressionEnvironment = .record
) throws -> String {
    let expression = try ExpressionCompiler.compile(source, environment: environment).get()
    return run(expression, fields, scratch: ExpressionScratch())
}

/// Runs a compiled expression over named values.
func run(_ expression: CompiledExpression, _ fields: [String: Sample], scratch: ExpressionScratch) -> String {
    var memory: [UnsafeMutableRawBufferPointer] = unsafe []
    defer { unsafe memory.forEach { unsafe $0.deallocate() } }
    func borrow(_ bytes: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe buffer.copyBytes(from: bytes)
        unsafe memory.append(buffer)
        return UnsafeRawBufferPointer(buffer)
    }
    let slots = expression.fieldNames.map { name -> ExpressionValue in
        switch fields[name] ?? .null {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .double(let value): .double(value)
        case .text(let value): unsafe .string(borrow(value.utf8))
        case .bytes(let value): unsafe .string(borrow(value))
        case .json(let value): unsafe .composite(borrow(value.utf8))
        }
    }
    return unsafe slots.withUnsafeBufferPointer { show(unsafe expression.evaluate($0, scratch: scratch)) }
}

private func show(_ value: ExpressionValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)u"
    case .double(let value): "\(value)"
    case .string(let text): unsafe "'\(String(decoding: text, as: UTF8.self))'"
    case .composite(let json): unsafe "json \(String(decoding: json, as: UTF8.self))"
    case .error(let fault): "fault: \(fault)"
    }
}
