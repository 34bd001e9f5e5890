/// The first lines of a unit, as far as its sample holds them whole.
struct SampleText: Sendable {
    /// The most lines that are looked at.
    static let maximumLines = 200

    /// The lines as they stand, with their endings.
    let text: ArraySlice<UInt8>

    /// Cuts a sample; its last line counts only where it is ended, or the sample is all of the text.
    init(_ sample: [UInt8], isWhole: Bool) {
        var end = 0
        unsafe sample.withUnsafeBytes { bytes in
            for _ in 0..<Self.maximumLines {
                guard let next = unsafe Newlines.first(in: bytes, from: end) else {
                    if isWhole || end == 0 { end = bytes.count }
                    return
                }
                end = next + 1
            }
        }
        text = sample[..<end]
    }

    /// The sample that a unit's context holds.
    init(_ unit: UnitContext) {
        self.init(unit.sample, isWhole: unit.sample.count < UnitContext.sampleBytes)
    }

    /// Without line endings; blank lines too.
    var lines: [ArraySlice<UInt8>] {
        let ended = text.last == Newlines.lineFeed ? text.dropLast() : text
        return ended.split(separator: Newlines.lineFeed, omittingEmptySubsequences: false).map(
            Self.withoutReturn
        )
    }

    /// The first line that is not blank; empty where there is none.
    var first: ArraySlice<UInt8> {
        var rest = text
        while let end = rest.firstIndex(of: Newlines.lineFeed) {
            let line = rest[..<end]
            if !Self.isBlank(line) { return Self.withoutReturn(line) }
            rest = rest[(end + 1)...]
        }
        return Self.isBlank(rest) ? [] : Self.withoutReturn(rest)
    }

    private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == 0x0D ? line.dropLast() : line
    }

    /// Whether a line is blanks only.
    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 <= 0x20 } }

    /// How the lines look as rows of separated values with a header; nil where they do not.
    var separated: SeparatedShape? {
        // Most texts are none by their first line alone.
        let header = first
        let delimiters = SeparatedShape.delimiters.filter { SeparatedShape.isHeader(header, $0) }
        if delimiters.isEmpty { return nil }
        let rows = lines.filter { !$0.isEmpty }
        guard rows.count > 1 else { return nil }
        return delimiters.compactMap { SeparatedShape(delimiter: $0, header: header, rows: rows) }
            .max { $0.columnCount < $1.columnCount }
    }
}

/// Rows of separated values, the first of which names the columns.
struct SeparatedShape: Sendable, Hashable {
    /// What separates values, in the order of preference.
    static let delimiters = [",", ";", "\t", "|"].flatMap { Array($0.utf8) }

    /// What separates values.
    let delimiter: UInt8
    /// How many values the header has.
    let columnCount: Int
    /// The header line.
    let header: [UInt8]

    /// Nil where the header has fewer than three values or one that is no name, or where fewer than 95 % of
    /// the rows have as many values.
    init?(delimiter: UInt8, header: ArraySlice<UInt8>, rows: [ArraySlice<UInt8>]) {
        guard Self.isHeader(header, delimiter) else { return nil }
        let count = Self.count(header, delimiter)
        let like = rows.count { Self.count($0, delimiter) == count }
        guard like * 20 >= rows.count * 19 else { return nil }
        self.delimiter = delimiter
        self.header = Array(header)
        columnCount = count
    }

    /// Whether a line may be a header: three names or more.
    static func isHeader(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> Bool {
        guard line.count(where: { $0 == delimiter }) > 1 else { return false }
        let names = line.split(separator: delimiter, omittingEmptySubsequences: false)
        return names.allSatisfy(isName) && count(line, delimiter) == names.count
    }

    /// Whether a value of the header may be a name: not empty, and it does not begin with a digit or sign.
    private static func isName(_ value: ArraySlice<UInt8>) -> Bool {
        let text = value.drop { $0 == UInt8(ascii: "\"") || $0 == 0x20 }
        guard let first = text.first, value.count <= 100 else { return false }
        switch first {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            0x80...:
            return !value.contains(UInt8(ascii: "=")) && !value.contains(UInt8(ascii: "{"))
        default: return false
        }
    }

    /// Values of a row; delimiters within quotes separate none (RFC 4180, section 2).
    private static func count(_ row: ArraySlice<UInt8>, _ delimiter: UInt8) -> Int {
        var isQuoted = false
        var count = 1
        for byte in row {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == delimiter, !isQuoted { count += 1 }
        }
        return count
    }
}
