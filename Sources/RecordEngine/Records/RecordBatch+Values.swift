internal import CSimdjson
internal import ExpressionLanguage

extension RecordBatch {
    /// Where a field's value begins.
    @inline(__always)
    func start(of field: sluice_field) -> UnsafePointer<UInt8> {
        if field.flags & UInt8(SLUICE_IN_ARENA) != 0 {
            return unsafe UnsafePointer(arena.base.assumingMemoryBound(to: UInt8.self))
                + Int(field.value_offset)
        }
        return unsafe text + Int(field.value_offset)
    }

    /// Makes room in the arena to decode every value of a record, so that decoded values stay where they are.
    func reserveForDecoding(_ record: sluice_record) {
        var needed = 0
        for index in record.fieldRange {
            let field = unsafe fields[index]
            if field.isEscaped { needed &+= Int(field.value_length) }
        }
        if needed > 0 { arena.reserve(needed) }
    }

    /// What the value says: a string without quotes and escapes; any other value as its text; null as
    /// nothing.
    ///
    /// Valid until the arena grows: `reserveForDecoding` first.
    func plainText(of field: sluice_field) -> UnsafeRawBufferPointer {
        let value = unsafe start(of: field)
        let length = Int(field.value_length)
        switch Int(field.tag) {
        case SLUICE_NULL:
            return unsafe UnsafeRawBufferPointer(start: value, count: 0)
        case SLUICE_STRING where field.isEscaped:
            let place = unsafe arena.base + arena.count
            let target = unsafe place.assumingMemoryBound(to: UInt8.self)
            let count = unsafe sluice_json_unescape(value + 1, length - 2, target)
            arena.count &+= count
            return unsafe UnsafeRawBufferPointer(start: place, count: count)
        case SLUICE_STRING:
            return unsafe UnsafeRawBufferPointer(start: value + 1, count: length - 2)
        default:
            return unsafe UnsafeRawBufferPointer(start: value, count: length)
        }
    }

    /// The value as an expression sees it.
    ///
    /// Integers beyond 64 bits and all other numbers are doubles.
    func expressionValue(of field: sluice_field) -> ExpressionValue {
        switch Int(field.tag) {
        case SLUICE_NULL: return .null
        case SLUICE_TRUE: return .bool(true)
        case SLUICE_FALSE: return .bool(false)
        case SLUICE_NUMBER:
            return unsafe number(
                UnsafeRawBufferPointer(start: start(of: field), count: Int(field.value_length))
            )
        case SLUICE_COMPOSITE:
            return unsafe .composite(
                UnsafeRawBufferPointer(start: start(of: field), count: Int(field.value_length))
            )
        default:
            return unsafe .string(plainText(of: field))
        }
    }

    private func number(_ digits: UnsafeRawBufferPointer) -> ExpressionValue {
        let isNegative = unsafe digits[0] == UInt8(ascii: "-")
        var magnitude: UInt64 = 0
        for index in (isNegative ? 1 : 0)..<digits.count {
            let digit = unsafe digits[index] &- UInt8(ascii: "0")
            let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            if digit > 9 || overflow || carry { return unsafe double(digits) }
            magnitude = sum
        }
        if isNegative {
            return magnitude <= UInt64(Int64.max) ? .int(-Int64(magnitude)) : unsafe double(digits)
        }
        return magnitude <= UInt64(Int64.max) ? .int(Int64(magnitude)) : .uint(magnitude)
    }

    private func double(_ digits: UnsafeRawBufferPointer) -> ExpressionValue {
        guard let first = digits.baseAddress else { return .null }
        return unsafe .double(sluice_number_double(first.assumingMemoryBound(to: UInt8.self), digits.count))
    }
}

/// A value that a step made, or took over from another field.
struct MadeValue {
    /// One of SLUICE_NULL to SLUICE_TEXT.
    var tag: Int
    /// In the arena or the block.
    var offset: Int
    /// In bytes.
    var length: Int
    /// SLUICE_IN_ARENA unless the value lies in the block.
    var flags: Int = SLUICE_IN_ARENA
}

extension RecordBatch {
    /// Gives every field of that name the value, or adds one field where there is none.
    func set(_ symbol: UInt16, to value: MadeValue, in record: inout sluice_record) {
        record.is_changed = 1
        var isSet = false
        for index in record.fieldRange {
            if unsafe fields[index].symbol != symbol || fields[index].isRemoved { continue }
            unsafe replace(&fields[index], with: value)
            isSet = true
        }
        if isSet { return }
        let place = Int(record.first_field) + Int(record.field_count)
        unsafe fields[place] = .named(symbol, tag: 0, offset: 0, length: 0)
        unsafe replace(&fields[place], with: value)
        record.field_count &+= 1
    }

    /// Gives one field another value and keeps its name.
    @inline(__always)
    func replace(_ field: inout sluice_field, with value: MadeValue) {
        field.tag = UInt8(truncatingIfNeeded: value.tag)
        field.value_offset = UInt32(truncatingIfNeeded: value.offset)
        field.value_length = UInt32(truncatingIfNeeded: value.length)
        field.flags =
            field.flags & UInt8(SLUICE_NAMED | SLUICE_NAME_IN_ARENA) | UInt8(SLUICE_REPLACED)
            | UInt8(truncatingIfNeeded: value.flags)
    }
}

extension sluice_record {
    /// Where the record's fields lie in the batch's.
    @inline(__always)
    var fieldRange: Range<Int> { Int(first_field)..<Int(first_field) &+ Int(field_count) }
}
