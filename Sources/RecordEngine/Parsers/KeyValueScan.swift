internal import CSimdjson

/// The scan of one record of keys and values, from left to right.
@unsafe struct KeyValueScan {
    /// Delimiters and quotes.
    let dialect: KeyValueParser.Dialect
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// The next byte; always ≤ `end`.
    var at: UnsafePointer<UInt8>
    /// One behind the last byte.
    let end: UnsafePointer<UInt8>
    /// Where the fields go.
    let fields: UnsafeMutablePointer<sluice_field>
    /// Names that the function mentions.
    let symbols: SymbolLookup
    /// Where names are made.
    let arena: ByteBuffer
    /// Fields found so far.
    var count = 0
    /// Whether any key has a value.
    var hasPair = false

    /// Scans the whole record; nil when it is well-formed.
    mutating func line() -> RejectReason? {
        while unsafe at < end {
            unsafe skipTrimmed()
            let start = unsafe at
            let pairEnd = unsafe find(dialect.pair, at, end)
            // No further: a record of many flags is not searched for each of them.
            let reach = unsafe min(end, pairEnd + (dialect.separator.count - 1))
            let separator = unsafe find(dialect.separator, at, reach)
            guard unsafe separator < pairEnd else {
                // No value: a flag, or nothing between two delimiters.
                let key = unsafe trimmed(start, pairEnd)
                if unsafe key.count > 0 {
                    unsafe name(key)
                    unsafe put(SLUICE_TRUE, key.start, 0)
                }
                unsafe at = unsafe pairEnd < end ? pairEnd + dialect.pair.count : end
                continue
            }
            let key = unsafe trimmed(start, separator)
            if unsafe key.count == 0 { return .keyValueKey }
            unsafe hasPair = true
            unsafe at = unsafe separator + dialect.separator.count
            unsafe name(key)
            if let reason = unsafe value() { return reason }
        }
        return nil
    }

    /// The value at `at`, and what ends its pair.
    private mutating func value() -> RejectReason? {
        unsafe skipTrimmed()
        if unsafe at < end, unsafe dialect.quotes.contains(at.pointee) { return unsafe quoted() }
        let stop = unsafe find(dialect.pair, at, end)
        let text = unsafe trimmed(at, stop)
        var tag = SLUICE_TEXT
        if unsafe dialect.isTyped {
            tag = unsafe JSONScalar.tag(UnsafeBufferPointer(start: text.start, count: text.count))
        }
        unsafe put(tag, text.start, text.count)
        unsafe at = unsafe stop < end ? stop + dialect.pair.count : end
        return nil
    }

    /// A value in quotes.
    private mutating func quoted() -> RejectReason? {
        let (quote, start) = unsafe (at.pointee, at + 1)
        var stop = unsafe start
        var isEscaped = false
        while unsafe stop < end, unsafe stop.pointee != quote {
            if unsafe stop.pointee == UInt8(ascii: "\\") {
                isEscaped = true
                unsafe stop += 1
            }
            unsafe stop += 1
        }
        guard unsafe stop < end else { return .keyValueQuote }
        let length = unsafe stop - start
        let inside = unsafe UnsafeBufferPointer(start: start, count: length)
        if isEscaped, quote == UInt8(ascii: "\""), unsafe JSONScalar.isStringInside(inside) {
            unsafe put(SLUICE_STRING, start - 1, length + 2, flags: SLUICE_VALUE_ESCAPED)
        } else {
            unsafe put(SLUICE_TEXT, start, length)
        }
        unsafe at = unsafe stop + 1
        unsafe skipTrimmed()
        if unsafe at == end { return nil }
        guard unsafe isPair(at) else { return .keyValueAfterQuote }
        unsafe at += unsafe dialect.pair.count
        return nil
    }

    private mutating func skipTrimmed() {
        while unsafe at < end, unsafe dialect.trim.contains(at.pointee), unsafe !isPair(at) {
            unsafe at += 1
        }
    }

    /// Begins a field.
    ///
    /// The name lies in the record where JSON can have it as it stands.
    private func name(_ key: (start: UnsafePointer<UInt8>, count: Int)) {
        let bytes = unsafe UnsafeBufferPointer(start: key.start, count: key.count)
        let isPlain = unsafe bytes.allSatisfy {
            $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if unsafe isPlain && dialect.prefix.isEmpty {
            unsafe fields[count] = sluice_field()
            unsafe fields[count].name_offset = UInt32(truncatingIfNeeded: key.start - base)
            unsafe fields[count].name_length = UInt32(truncatingIfNeeded: key.count)
            unsafe fields[count].symbol = unsafe symbols.find(bytes)
        } else {
            unsafe fields[count] = arena.madeName(dialect.prefix + Array(bytes), symbols)
        }
    }

    private mutating func put(_ tag: Int, _ start: UnsafePointer<UInt8>, _ length: Int, flags: Int = 0) {
        unsafe fields[count].tag = UInt8(truncatingIfNeeded: tag)
        unsafe fields[count].flags |= UInt8(SLUICE_REPLACED) | UInt8(truncatingIfNeeded: flags)
        unsafe fields[count].value_offset = UInt32(truncatingIfNeeded: start - base)
        unsafe fields[count].value_length = UInt32(truncatingIfNeeded: length)
        unsafe count &+= 1
    }

    private func trimmed(
        _ from: UnsafePointer<UInt8>,
        _ to: UnsafePointer<UInt8>
    ) -> (start: UnsafePointer<UInt8>, count: Int) {
        var (start, stop) = unsafe (from, to)
        while unsafe start < stop, unsafe dialect.trim.contains(start.pointee) { unsafe start += 1 }
        while unsafe start < stop, unsafe dialect.trim.contains(stop[-1]) { unsafe stop -= 1 }
        return unsafe (start, stop - start)
    }

    private func isPair(_ place: UnsafePointer<UInt8>) -> Bool {
        unsafe find(dialect.pair, place, min(end, place + dialect.pair.count)) == place
    }

    /// The first place of `text` in [from, to), or `to`.
    private func find(
        _ text: [UInt8],
        _ from: UnsafePointer<UInt8>,
        _ to: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        var place = unsafe sluice_find(from, to, text[0])
        while unsafe place < to {
            if unsafe to - place >= text.count {
                var length = 1
                while length < text.count, unsafe place[length] == text[length] { length &+= 1 }
                if length == text.count { return unsafe place }
            }
            unsafe place = unsafe sluice_find(place + 1, to, text[0])
        }
        return unsafe to
    }
}

extension ByteBuffer {
    /// A field without a value whose name is made here, as the inside of a JSON string.
    func madeName(_ name: [UInt8], _ symbols: SymbolLookup) -> sluice_field {
        let escaped = JSONText.escaped(name)
        var field = sluice_field()
        field.name_offset = UInt32(truncatingIfNeeded: count)
        field.name_length = UInt32(truncatingIfNeeded: escaped.count)
        field.symbol = unsafe name.withUnsafeBufferPointer { unsafe symbols.find($0) }
        field.flags = UInt8(SLUICE_REPLACED | SLUICE_NAME_IN_ARENA)
        unsafe escaped.withUnsafeBytes { unsafe append($0) }
        return field
    }
}
