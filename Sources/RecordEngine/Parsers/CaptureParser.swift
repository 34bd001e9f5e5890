internal import CPCRE2
internal import CSimdjson

/// What a captured text becomes.
enum CaptureKind: String, CaseIterable, Sendable {
    /// Text as it stands.
    case string
    /// A number without a fraction.
    case int
    /// A number.
    case float
    /// True or false.
    case bool
}

/// A field that a pattern fills.
struct CaptureField: Sendable {
    /// Its name.
    let name: String
    /// What its text becomes.
    let kind: CaptureKind
    /// The groups that may hold it; the first one that took part counts.
    var groups: [Int]
}

/// Fills fields from the named groups of the first pattern that matches.
final class CaptureParser: RecordParser {
    /// One pattern and its fields, in the order of their groups.
    struct Alternative: Sendable {
        /// The pattern.
        let pattern: CapturePattern
        /// What its groups fill.
        let fields: [CaptureField]
    }

    /// A group that may fill a field; groups of one field follow one another.
    private struct Slot {
        let group: Int32
        let symbol: UInt16
        let kind: CaptureKind
        /// Whether the next slot is one of the same field.
        let hasNext: Bool
    }

    /// A pattern and its slots, `slots[from..<to]`.
    @unsafe private struct Try {
        let pattern: OpaquePointer
        let from: Int
        let to: Int
    }

    private let alternatives: [Alternative]
    private let matcher: CaptureMatcher
    private var slots: [Slot] = []
    private let fieldCount: Int

    /// Takes the patterns, of which at least one has a field.
    init(_ alternatives: [Alternative], _ setup: ParserSetup) {
        self.alternatives = alternatives
        matcher = CaptureMatcher(captureCount: alternatives.map(\.pattern.captureCount).max() ?? 0)
        fieldCount = alternatives.map(\.fields.count).max() ?? 0
        for field in alternatives.flatMap(\.fields) {
            for (index, group) in field.groups.enumerated() {
                slots.append(
                    Slot(
                        group: Int32(clamping: group),
                        symbol: setup.symbols.known(field.name),
                        kind: field.kind,
                        hasNext: index + 1 < field.groups.count
                    )
                )
            }
        }
    }

    /// Fills the fields of every live record; drops blank records and rejects those that do not match.
    func parse(_ batch: RecordBatch) {
        var from = 0
        let tries = unsafe alternatives.map { alternative in
            let count = alternative.fields.reduce(0) { $0 + $1.groups.count }
            defer { from += count }
            return unsafe Try(pattern: alternative.pattern.handle, from: from, to: from + count)
        }
        let matcher = unsafe matcher.handle
        let (base, arena) = unsafe (batch.text, batch.arena)
        unsafe tries.withUnsafeBufferPointer { tries in
            unsafe slots.withUnsafeBufferPointer { slots in
                unsafe batch.parseLines(fieldBound: batch.count * fieldCount) { start, end, fields in
                    if unsafe end - start > Int(SLUICE_PCRE2_MAX_SUBJECT) {
                        return .rejected(.subjectTooLong)
                    }
                    for index in 0..<tries.count {
                        let each = unsafe tries[index]
                        var places: UnsafePointer<Int>?
                        let found = unsafe sluice_pcre2_match(
                            each.pattern,
                            matcher,
                            start,
                            end - start,
                            &places
                        )
                        if found == SLUICE_PCRE2_NONE { continue }
                        guard found > 0, let places = unsafe places else { return .rejected(.patternLimit) }
                        return unsafe Self.fill(
                            fields,
                            UnsafeBufferPointer(rebasing: slots[each.from..<each.to]),
                            CaptureSource(base: base, line: start, places: places, found: Int(found)),
                            arena
                        )
                    }
                    return .rejected(.patternNoMatch)
                }
            }
        }
    }

    /// Writes one field for each of the alternative's.
    private static func fill(
        _ fields: UnsafeMutablePointer<sluice_field>,
        _ slots: UnsafeBufferPointer<Slot>,
        _ source: CaptureSource,
        _ arena: ByteBuffer
    ) -> LineVerdict {
        var count = 0
        var index = 0
        while index < slots.count {
            var slot = unsafe slots[index]
            var range = unsafe source.range(of: Int(slot.group))
            while slot.hasNext {
                index &+= 1
                slot = unsafe slots[index]
                if range == nil { range = unsafe source.range(of: Int(slot.group)) }
            }
            index &+= 1
            let offset = unsafe source.line - source.base + (range?.lowerBound ?? 0)
            let length = range?.count ?? 0
            let tag = range == nil ? SLUICE_NULL : SLUICE_TEXT
            unsafe fields[count] = .named(slot.symbol, tag: Int(tag), offset: offset, length: length)
            if slot.kind != .string, let range {
                let text = unsafe UnsafeBufferPointer(start: source.line + range.lowerBound, count: length)
                guard unsafe CaptureValue.convert(text, slot.kind, &fields[count], arena) else {
                    return .rejected(.captureType, at: range.lowerBound)
                }
            }
            count &+= 1
        }
        return .fields(count)
    }
}

/// Where the groups of one match are.
@unsafe private struct CaptureSource {
    /// What offsets count from.
    let base: UnsafePointer<UInt8>
    /// The subject.
    let line: UnsafePointer<UInt8>
    /// Pairs of start and end, one for each group up to `found`.
    let places: UnsafePointer<Int>
    /// One more than the highest group that took part.
    let found: Int

    /// The bytes of a group; nil where it took no part (PCRE2_UNSET, which is the largest number).
    @inline(__always)
    func range(of group: Int) -> Range<Int>? {
        guard unsafe group < found else { return nil }
        let (from, to) = unsafe (places[2 &* group], places[2 &* group &+ 1])
        // With \K a match may end before it starts.
        return from >= 0 && to >= from ? from..<to : nil
    }
}
