internal import CSimdjson
internal import Settings

/// The columns of a log whose first lines name them, in order.
struct ColumnLayout {
    /// The most columns that are read.
    static let maximumCount = 1_000

    /// Inside of JSON strings: lower-case letters, digits and `_` only.
    let names: [[UInt8]]
    /// Symbols of the names; 0 where the function does not mention one.
    let symbols: [UInt16]
    /// Whether a column's values are texts, whatever they look like.
    let isText: [Bool]

    /// Takes names as the vendor writes them.
    init(_ vendorNames: [[UInt8]], _ lookup: SymbolLookup, isText: ([UInt8]) -> Bool) {
        names = vendorNames.prefix(Self.maximumCount).map(Self.fieldName)
        symbols = names.map { name in unsafe name.withUnsafeBufferPointer { unsafe lookup.find($0) } }
        self.isText = names.map(isText)
    }

    /// The words of a line.
    static func words(_ line: some Sequence<UInt8>) -> [[UInt8]] {
        line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map(Array.init)
    }

    /// A name that expressions and most stores take: `cs(User-Agent)` becomes `cs_user_agent`.
    ///
    /// Letters become lower case; every row of other bytes than letters and digits becomes one `_`, and none
    /// at either end.
    static func fieldName(_ vendorName: [UInt8]) -> [UInt8] {
        var name: [UInt8] = []
        for byte in vendorName {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                name.append(byte)
            default: if let last = name.last, last != UInt8(ascii: "_") { name.append(UInt8(ascii: "_")) }
            }
        }
        if name.last == UInt8(ascii: "_") { name.removeLast() }
        return name.isEmpty ? [UInt8(ascii: "_")] : name
    }

    /// The option `columns` of a parser: names as the vendor writes them; nil where it is not set.
    static func option(_ options: inout ComponentOptions, _ context: inout StepContext) -> [[UInt8]]? {
        guard let node = options.optional("columns"),
            let texts = node.texts(&context.diagnostics)
        else { return nil }
        if texts.isEmpty || texts.count > maximumCount {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) must name 1 to \(maximumCount) columns.",
                at: node
            )
        }
        return texts.map { Array($0.utf8) }
    }

    /// One field for each column, with its name and without a value; names that the function does not mention
    /// go to the arena.
    func templates(_ arena: ByteBuffer) -> [sluice_field] {
        names.indices.map { column in
            var field = sluice_field.named(symbols[column], tag: 0, offset: 0, length: 0)
            if symbols[column] == 0 {
                field.name_offset = UInt32(truncatingIfNeeded: arena.count)
                field.name_length = UInt32(truncatingIfNeeded: names[column].count)
                field.flags = UInt8(SLUICE_REPLACED | SLUICE_NAME_IN_ARENA)
                unsafe names[column].withUnsafeBytes { unsafe arena.append($0) }
            }
            // Until a value is there, the tag says what it may become.
            field.tag = UInt8(isText[column] ? SLUICE_TEXT : SLUICE_NUMBER)
            return field
        }
    }
}

/// The scan of one line of columns.
enum ColumnScan {
    /// Puts the values of a line into copies of the templates; the reason where there are not as many.
    ///
    /// Columns are separated by one tab where the line holds any, and by spaces where it holds none. `-` is
    /// null. A value that begins with a quote ends at the next one (W3C working draft WD-logfile-960323);
    /// two in a row stand for one inside, and stay two.
    @inline(__always)
    static func scan(
        _ base: UnsafePointer<UInt8>,
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>,
        _ fields: UnsafeMutablePointer<sluice_field>,
        _ templates: UnsafeBufferPointer<sluice_field>
    ) -> LineVerdict {
        let tab = unsafe sluice_find(start, end, 0x09)
        let separator: UInt8 = unsafe tab < end ? 0x09 : 0x20
        var at = unsafe start
        for column in 0..<templates.count {
            if column > 0 {
                guard unsafe at < end else { return unsafe .rejected(.columnCount, at: at - start) }
                unsafe at += 1
            }
            while unsafe separator == 0x20 && at < end && at.pointee == 0x20 { unsafe at += 1 }
            guard unsafe at < end || separator == 0x09 else {
                return unsafe .rejected(.columnCount, at: at - start)
            }
            var from = unsafe at
            var stop = unsafe at
            if unsafe at < end && at.pointee == UInt8(ascii: "\"") {
                unsafe stop = unsafe closingQuote(at, end, separator)
            }
            if unsafe stop > at {
                unsafe from += 1
                unsafe at = unsafe stop + 1
            } else {
                unsafe stop = unsafe sluice_find(at, end, separator)
                unsafe at = unsafe stop
            }
            unsafe fields[column] = templates[column]
            unsafe put(&fields[column], base, from, stop)
        }
        while unsafe separator == 0x20 && at < end && at.pointee == 0x20 { unsafe at += 1 }
        return unsafe at == end ? .fields(templates.count) : .rejected(.columnCount, at: at - start)
    }

    /// The quote that ends the value which begins at `at`, or `at` where there is none.
    private static func closingQuote(
        _ at: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>,
        _ separator: UInt8
    ) -> UnsafePointer<UInt8> {
        var quote = unsafe sluice_find(at + 1, end, UInt8(ascii: "\""))
        while unsafe quote < end {
            if unsafe quote + 1 == end || quote[1] == separator { return unsafe quote }
            let isDoubled = unsafe quote[1] == UInt8(ascii: "\"")
            unsafe quote = unsafe sluice_find(quote + (isDoubled ? 2 : 1), end, UInt8(ascii: "\""))
        }
        return unsafe at
    }

    @inline(__always)
    private static func put(
        _ field: inout sluice_field,
        _ base: UnsafePointer<UInt8>,
        _ from: UnsafePointer<UInt8>,
        _ stop: UnsafePointer<UInt8>
    ) {
        field.value_offset = unsafe UInt32(truncatingIfNeeded: from - base)
        field.value_length = unsafe UInt32(truncatingIfNeeded: stop - from)
        if unsafe stop - from == 1, unsafe from.pointee == UInt8(ascii: "-") {
            field.tag = UInt8(SLUICE_NULL)
        } else if field.tag == UInt8(SLUICE_NUMBER), unsafe !LineScan.isNumber(from, stop) {
            field.tag = UInt8(SLUICE_TEXT)
        }
    }
}
