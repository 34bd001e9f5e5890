/// The first lines of a unit, as far as its sample holds them whole.
struct SampleText: Sendable {
    /// The most lines that are looked at.
    static let maximumLines = 200

    /// Without line endings; blank lines too.
    let lines: [ArraySlice<UInt8>]

    /// Cuts a sample; its last line counts only where it is ended, or the sample is all of the text.
    init(_ sample: [UInt8], isWhole: Bool) {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < sample.count, lines.count < Self.maximumLines {
            let end = sample[start...].firstIndex(of: Newlines.lineFeed)
            if end == nil, !isWhole, !lines.isEmpty { break }
            let stop = end ?? sample.count
            let isReturn = stop > start && sample[stop - 1] == 0x0D
            lines.append(sample[start..<(isReturn ? stop - 1 : stop)])
            start = stop + 1
        }
        self.lines = lines
    }

    /// The sample that a unit's context holds.
    init(_ unit: UnitContext) {
        self.init(unit.sample, isWhole: unit.sample.count < UnitContext.sampleBytes)
    }

    /// The first line that is not blank; empty where there is none.
    var first: ArraySlice<UInt8> { lines.first { !Self.isBlank($0) } ?? [] }

    /// Whether a line is blanks only.
    static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 <= 0x20 } }

    /// The lines as text, each ended by a line feed.
    var text: [UInt8] { Array(lines.joined(separator: [Newlines.lineFeed])) + [Newlines.lineFeed] }

    /// How the lines look as rows of separated values with a header; nil where they do not.
    var separated: SeparatedShape? {
        let rows = lines.filter { !$0.isEmpty }
        guard rows.count > 1, let header = rows.first else { return nil }
        return SeparatedShape.delimiters.compactMap {
            SeparatedShape(delimiter: $0, header: header, rows: rows)
        }
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
        let names = header.split(separator: delimiter, omittingEmptySubsequences: false)
        guard names.count > 2, names.allSatisfy(Self.isName) else { return nil }
        let count = Self.count(header, delimiter)
        guard count == names.count else { return nil }
        let like = rows.count { Self.count($0, delimiter) == count }
        guard like * 20 >= rows.count * 19 else { return nil }
        self.delimiter = delimiter
        self.header = Array(header)
        columnCount = count
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
