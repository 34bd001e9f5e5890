internal import CSimdjson

/// A parser on values of fields: a batch of its own, whose records are the values.
final class FieldParser {
    /// What each thread makes its parser from.
    struct Plan: Sendable {
        /// The parser.
        let plan: ParserPlan
        /// The names that it always makes, and those that it looks for.
        let known: [String]
        /// What the function calls them, in the same order, with the prefix.
        let symbols: [UInt16]
        /// What all names begin with, as the inside of a JSON string.
        let prefix: [UInt8]
        /// Which of the batch's memories is this one.
        let number: Int
    }

    /// What became of one value.
    enum Found {
        /// Its fields, in the arena of the batch that they are for.
        case fields([sluice_field])
        /// It was blank.
        case nothing
        /// It is malformed.
        case rejected(RejectReason, Int)
    }

    private let plan: Plan
    private let parser: any RecordParser
    private let batch: RecordBatch
    private let text = ByteBuffer()
    private let values = RecordIndex()
    /// The record of each value.
    private var owners: [Int] = []

    /// Makes the parser of one thread.
    init(_ plan: Plan) {
        self.plan = plan
        // Names that only the function mentions are looked up in its own table.
        var symbols = SymbolTable()
        for name in plan.known { _ = symbols.symbol(for: name) }
        batch = RecordBatch(
            symbols: symbols.makeLookup(),
            spareFields: 0,
            expressions: ExpressionMemory(slotCount: 1)
        )
        parser = plan.plan.makeParser(
            ParserSetup(symbols: symbols, maximumDepth: LimitsReader().maximumDepth, needsUTF8: true)
        )
    }

    /// Forgets the values.
    func removeAll() {
        text.removeAll()
        values.removeAll()
        owners.removeAll(keepingCapacity: true)
    }

    /// Takes a copy of the value of a record.
    func append(_ value: UnsafeRawBufferPointer, of record: Int) {
        values.slices.append(RecordIndex.Slice(offset: text.count, length: value.count))
        owners.append(record)
        let start = text.count
        unsafe text.append(value)
        if plan.plan.spec.name == JSONParser.spec.name, unsafe Newlines.first(in: value) != nil {
            unfold(from: start)
        }
        text.append(Newlines.lineFeed)
    }

    /// Parses all values, and tells what became of each; the bytes that fields need are copied to the arena
    /// of `target`.
    func parse(into target: RecordBatch, _ body: (_ record: Int, _ found: Found) -> Void) {
        batch.begin(Block(text: text, firstRecord: 1, recordCount: UInt64(values.slices.count)))
        let textStart = target.arena.count
        unsafe target.arena.append(text.bytes)
        var next = 0
        while next < values.slices.count {
            let first = next
            next = batch.take(values, from: first)
            parser.parse(batch)
            let arenaStart = target.arena.count
            unsafe target.arena.append(batch.arena.bytes)
            for index in 0..<batch.count {
                let record = unsafe batch.records[index]
                let owner = owners[first + index]
                switch Int(record.state) {
                case SLUICE_LIVE:
                    let fields = record.fieldRange.map { place in
                        let field = unsafe batch.fields[place]
                        return moved(field, textStart: textStart, arenaStart: arenaStart, to: target)
                    }
                    body(owner, .fields(fields))
                case SLUICE_REJECTED:
                    let reason = RejectReason(rawValue: record.reason) ?? .conversion
                    let detail = record.detail == UInt32.max ? RejectReason.noDetail : Int(record.detail)
                    body(owner, .rejected(reason, detail))
                default: body(owner, .nothing)
                }
            }
        }
    }

    /// A field of the other batch: its value and name are where they were copied to.
    private func moved(
        _ field: sluice_field,
        textStart: Int,
        arenaStart: Int,
        to target: RecordBatch
    ) -> sluice_field {
        var made = field
        let isMade = field.flags & UInt8(SLUICE_IN_ARENA) != 0
        made.value_offset &+= UInt32(truncatingIfNeeded: isMade ? arenaStart : textStart)
        made.flags = field.flags & UInt8(SLUICE_VALUE_ESCAPED) | UInt8(SLUICE_IN_ARENA | SLUICE_REPLACED)
        if field.flags & UInt8(SLUICE_NAMED) != 0 {
            made.symbol = plan.symbols[Int(field.symbol) - 1]
            made.flags |= UInt8(SLUICE_NAMED)
            return made
        }
        made.flags |= UInt8(SLUICE_NAME_IN_ARENA)
        let isNameMade = field.flags & UInt8(SLUICE_NAME_IN_ARENA) != 0
        made.name_offset &+= UInt32(truncatingIfNeeded: isNameMade ? arenaStart : textStart)
        let name = plan.prefix + batch.escapedName(of: field)
        if !plan.prefix.isEmpty {
            made.name_offset = UInt32(truncatingIfNeeded: target.arena.count)
            made.name_length = UInt32(truncatingIfNeeded: name.count)
            unsafe name.withUnsafeBytes { unsafe target.arena.append($0) }
        }
        made.symbol = target.symbol(ofEscaped: name)
        return made
    }

    /// Line ends between the parts of a JSON text become blanks: records of JSON are read and written as one
    /// line.
    ///
    /// Those within its strings stay, and the parser rejects them (RFC 8259, section 7).
    private func unfold(from start: Int) {
        var isInString = false
        var index = start
        while index < text.count {
            let byte = unsafe text.base.load(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\\") { index &+= 1 }
            if byte == UInt8(ascii: "\"") { isInString.toggle() }
            if byte == Newlines.lineFeed || byte == 0x0D, !isInString {
                unsafe text.base.storeBytes(of: 0x20, toByteOffset: index, as: UInt8.self)
            }
            index &+= 1
        }
    }
}
