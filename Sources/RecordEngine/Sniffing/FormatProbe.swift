internal import CSimdjson
internal import ExpressionLanguage
internal import Settings

/// Tries parsers on the first lines of a unit.
///
/// It has symbols of its own, so that what it finds does not depend on the function that asks.
@safe final class FormatProbe {
    /// How a parser did on a sample.
    struct Score: Sendable, Hashable {
        /// The format; nil where none fits.
        let format: FormatName?
        /// Lines that became records.
        let read: Int
        /// Lines that were rejected.
        let rejected: Int

        /// Part of the lines that became records, 0 to 1.
        var share: Double { read == 0 ? 0 : Double(read) / Double(read + rejected) }
    }

    /// The part of the lines that a parser must read.
    static let enough = 0.5

    private let parsers: [(format: FormatName, parser: any RecordParser)]
    private let batch: RecordBatch
    /// Lines that every format is tried on.
    private static let headLines = 20
    /// The sample that is tried.
    private let text = ByteBuffer(capacity: UnitContext.sampleBytes)
    /// Its first lines.
    private let head = ByteBuffer()

    /// Makes the parsers of the formats that may be found.
    init(_ formats: [FormatName]) {
        var context = StepContext(Diagnostics())
        let plans = formats.compactMap { format in format.plan(&context).map { (format, $0) } }
        for (_, plan) in plans {
            for name in plan.fields.names.sorted() { _ = context.symbols.symbol(for: name) }
        }
        let setup = ParserSetup(
            symbols: context.symbols,
            maximumDepth: LimitsReader().maximumDepth,
            needsUTF8: true
        )
        parsers = plans.map { ($0.0, $0.1.makeParser(setup)) }
        batch = RecordBatch(
            symbols: context.symbols.makeLookup(),
            spareFields: 0,
            expressions: ExpressionMemory(slotCount: 1)
        )
    }

    /// The first format that reads all lines, or else the one that reads most of them; none where no format
    /// reads half.
    ///
    /// Plan: a format that rejects any of the first lines cannot read all, so the others go first, and mostly
    /// one of them ends the search.
    func best(_ unit: UnitContext) -> Score {
        let sample = begin(unit)
        var scores = [Score?](repeating: nil, count: parsers.count)
        var late: [Int] = []
        for (index, each) in parsers.enumerated() {
            if score(each.format, each.parser, unit, head).rejected > 0 {
                late.append(index)
            } else if each.format.fits(sample) {
                let score = score(each.format, each.parser, unit, text)
                if score.share == 1 { return score }
                scores[index] = score
            }
        }
        for index in late where parsers[index].format.fits(sample) {
            scores[index] = score(parsers[index].format, parsers[index].parser, unit, text)
        }
        var best = Score(format: nil, read: 0, rejected: 0)
        for case let score? in scores where score.share > best.share { best = score }
        return best.share < Self.enough ? Score(format: nil, read: 0, rejected: 0) : best
    }

    /// How every format does that reads any line, in the order of preference.
    func scores(_ unit: UnitContext) -> [Score] {
        let sample = begin(unit)
        return parsers.filter { $0.format.fits(sample) }.map { score($0.format, $0.parser, unit, text) }
            .filter { $0.read > 0 }
    }

    private func begin(_ unit: UnitContext) -> SampleText {
        let sample = SampleText(unit)
        text.removeAll()
        unsafe sample.text.withUnsafeBytes { unsafe text.append($0) }
        head.removeAll()
        var end = 0
        for _ in 0..<Self.headLines {
            end = unsafe Newlines.first(in: text.bytes, from: end).map { $0 + 1 } ?? text.count
        }
        unsafe head.append(UnsafeRawBufferPointer(rebasing: text.bytes[..<end]))
        return sample
    }

    private func score(
        _ format: FormatName,
        _ parser: any RecordParser,
        _ unit: UnitContext,
        _ text: ByteBuffer
    ) -> Score {
        var block = Block(text: text, firstRecord: 1, recordCount: 0)
        block.unit = unit
        batch.begin(block)
        var (next, read, rejected) = (0, 0, 0)
        while next < text.count {
            next = batch.takeLines(from: next)
            parser.parse(batch)
            for index in 0..<batch.count {
                let state = unsafe batch.records[index].state
                if state == UInt8(SLUICE_LIVE) { read += 1 }
                if state == UInt8(SLUICE_REJECTED) { rejected += 1 }
            }
        }
        return Score(format: format, read: read, rejected: rejected)
    }
}
