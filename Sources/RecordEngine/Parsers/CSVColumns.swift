internal import CSimdjson

/// The names of the columns of one unit, as fields without values.
///
/// Names that the function mentions are symbols; the others are bytes that lie at the arena's beginning of
/// each batch.
struct CSVColumns {
    /// The most columns that a row may have (trap J11).
    static let maximumCount = 100_000

    /// One field per column; offsets of names count from `nameBase` in the arena.
    private(set) var fields: [sluice_field] = []
    /// The names that are no symbols, as the insides of JSON strings, one behind the other.
    private var names: [UInt8] = []
    private var nameBase = 0

    /// Columns whose names are symbols.
    init(symbols: [UInt16]) {
        fields = symbols.map { .named($0, tag: 0, offset: 0, length: 0) }
    }

    /// Columns with these names, in order.
    init(names texts: [[UInt8]], _ symbols: SymbolLookup) {
        for text in Self.distinct(texts) {
            let symbol = unsafe text.withUnsafeBufferPointer { unsafe symbols.find($0) }
            if symbol != 0 {
                fields.append(.named(symbol, tag: 0, offset: 0, length: 0))
                continue
            }
            let escaped = JSONText.escaped(text)
            fields.append(
                sluice_field(
                    name_offset: UInt32(truncatingIfNeeded: names.count),
                    name_length: UInt32(truncatingIfNeeded: escaped.count),
                    value_offset: 0,
                    value_length: 0,
                    symbol: 0,
                    tag: 0,
                    flags: UInt8(SLUICE_REPLACED | SLUICE_NAME_IN_ARENA)
                )
            )
            names += escaped
        }
    }

    /// The header line's values; nil where it is malformed, no UTF-8 or has too many columns.
    static func names(of header: [UInt8], _ dialect: CSVDialect) -> [[UInt8]]? {
        let text = ByteBuffer(capacity: header.count)
        unsafe header.withUnsafeBytes { unsafe text.append($0) }
        let start = unsafe UnsafePointer(text.base.assumingMemoryBound(to: UInt8.self))
        guard unsafe sluice_is_utf8(start, header.count) else { return nil }
        let arena = ByteBuffer()
        let fields = UnsafeMutableBufferPointer<sluice_field>.allocate(capacity: header.count + 1)
        defer { unsafe fields.deallocate() }
        guard let first = fields.baseAddress else { return nil }
        var scan = unsafe CSVScan(
            base: start,
            at: start,
            end: start + header.count,
            fields: first,
            columns: UnsafeBufferPointer(start: nil, count: 0),
            arena: arena
        )
        let bare = CSVDialect(delimiter: dialect.delimiter, quote: dialect.quote, isTyped: false)
        guard unsafe scan.row(bare) == nil, unsafe scan.count <= maximumCount else { return nil }
        return unsafe fields.prefix(scan.count).map { field in
            let isMade = field.flags & UInt8(SLUICE_IN_ARENA) != 0
            let from = unsafe isMade ? UnsafeRawPointer(arena.base) : UnsafeRawPointer(start)
            let place = unsafe from + Int(field.value_offset)
            return unsafe Array(UnsafeRawBufferPointer(start: place, count: Int(field.value_length)))
        }
    }

    /// Names that can be told apart: an empty one becomes `column_3`, a second `a` becomes `a_2`.
    private static func distinct(_ texts: [[UInt8]]) -> [[UInt8]] {
        var taken = Set(texts.filter { !$0.isEmpty })
        var seen: Set<[UInt8]> = []
        var next: [[UInt8]: Int] = [:]
        return texts.enumerated().map { index, text in
            let name = text.isEmpty ? Array("column_\(index + 1)".utf8) : text
            let isFree = text.isEmpty ? taken.insert(name).inserted : seen.insert(name).inserted
            if isFree { return name }
            var number = next[name] ?? 2
            while !taken.insert(name + Array("_\(number)".utf8)).inserted { number += 1 }
            next[name] = number + 1
            return name + Array("_\(number)".utf8)
        }
    }

    /// Puts the names where the fields of this batch look for them.
    mutating func place(in arena: ByteBuffer) {
        if names.isEmpty { return }
        let base = arena.count
        unsafe names.withUnsafeBytes { unsafe arena.append($0) }
        if base == nameBase { return }
        for index in fields.indices where fields[index].flags & UInt8(SLUICE_NAME_IN_ARENA) != 0 {
            let offset = Int(fields[index].name_offset) - nameBase + base
            fields[index].name_offset = UInt32(truncatingIfNeeded: offset)
        }
        nameBase = base
    }
}
