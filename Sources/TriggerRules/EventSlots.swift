internal import EventModel
internal import ExpressionLanguage

/// The values that a trigger's `when` reads of one event.
struct EventSlots {
    private let event: ObjectEvent
    /// Text of all string values, one after another.
    private var text: [UInt8] = []

    /// Nothing is laid out before the condition is known.
    init(_ event: ObjectEvent) { self.event = event }

    /// Runs the condition; the text it reads is laid out first, so that its address stays.
    mutating func verdict(of expression: CompiledExpression) -> ExpressionVerdict {
        let values = expression.fieldNames.map { self.value(of: $0) }
        return unsafe text.withUnsafeBytes { bytes in
            let slots = values.map { value -> ExpressionValue in
                switch value {
                case .number(let number): .int(number)
                case .text(let range): unsafe .string(UnsafeRawBufferPointer(rebasing: bytes[range]))
                }
            }
            return unsafe slots.withUnsafeBufferPointer { slots in
                unsafe expression.evaluate(slots, scratch: ExpressionScratch()).verdict
            }
        }
    }

    private enum Value {
        case number(Int64)
        case text(Range<Int>)
    }

    /// The names are those of `ExpressionEnvironment.event`.
    private mutating func value(of name: String) -> Value {
        let parts = NameParts(event.key.bytes)
        switch name {
        case "object.size": return .number(Int64(clamping: event.sizeBytes))
        case "object.bucket": return append(Array(event.bucket.rawValue.utf8)[...])
        case "object.key": return append(parts.key[...])
        case "object.name": return append(parts.key[parts.name])
        case "object.dir": return append(parts.key[parts.directory])
        case "object.stem": return append(parts.key[parts.stem])
        case "object.ext": return append(parts.key[parts.ext])
        case "event.type": return append(Array(event.type.name.utf8)[...])
        case "event.time": return append(Array(event.time.description.utf8)[...])
        default: preconditionFailure("The environment declares the name '\(name)', so an event must have it.")
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) -> Value {
        text += bytes
        return .text((text.count - bytes.count)..<text.count)
    }
}
