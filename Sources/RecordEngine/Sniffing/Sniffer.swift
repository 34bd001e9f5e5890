/// Recognises charset, framing and format from the first bytes of a decoded text.
public enum Sniffer {
    /// Bytes that are looked at, at most.
    public static let sampleBytes = UnitContext.sampleBytes

    /// All ways in which the text may be read, the likeliest first; never none: the last resort is `raw`.
    ///
    /// Deterministic. `sample` is the beginning of the text, or all of it where it is shorter than
    /// `sampleBytes`.
    public static func guess(_ sample: [UInt8]) -> [FormatGuess] {
        let charset = CharsetGuess(Array(sample.prefix(sampleBytes)))
        if let frame = FramingGuess.json(charset.text) {
            return [
                FormatGuess(
                    charset: charset.name,
                    frame: frame.frame,
                    parse: "json",
                    score: 1,
                    reason: frame.reason
                ),
                raw(charset.name),
            ]
        }
        let isWhole = sample.count < sampleBytes
        let unit = UnitContext(sample: isWhole ? charset.text + [Newlines.lineFeed] : charset.text)
        let lines = SampleText(unit)
        let traces = FramingGuess.traces(lines)
        // Of formats that read as many lines the more specific one comes first.
        let scores = FormatProbe(FormatName.allCases).scores(unit).enumerated().sorted {
            ($1.element.share, $0.offset) < ($0.element.share, $1.offset)
        }
        var guesses = scores.map(\.element).compactMap { score in
            score.format.map { guess($0, score, charset.name, lines, traces) }
        }
        guesses.append(raw(charset.name, traces))
        return guesses
    }

    private static func guess(
        _ format: FormatName,
        _ score: FormatProbe.Score,
        _ charset: String,
        _ lines: SampleText,
        _ traces: FramingGuess.Guess?
    ) -> FormatGuess {
        var parse = format.rawValue
        var frame = traces?.frame
        if format == .csv, let shape = lines.separated {
            parse = separated(shape)
            frame = nil
        }
        let total = score.read + score.rejected
        let reason = "`\(format.rawValue)` reads \(score.read) of the first \(total) lines."
        return FormatGuess(
            charset: charset,
            frame: frame,
            parse: parse,
            score: score.share,
            reason: [reason, frame == nil ? nil : traces?.reason].compactMap(\.self).joined(separator: " ")
        )
    }

    /// The configuration of rows of separated values, which cuts rows itself, over several lines or not.
    private static func separated(_ shape: SeparatedShape) -> String {
        let isTab = shape.delimiter == 0x09
        let delimiter = isTab ? "\\t" : String(decoding: [shape.delimiter], as: UTF8.self)
        let isStandard = shape.delimiter == UInt8(ascii: ",") || isTab
        let name = isTab ? "tsv" : "csv"
        return isStandard ? name : "{ format: csv, delimiter: \"\(delimiter)\" }"
    }

    private static func raw(_ charset: String, _ traces: FramingGuess.Guess? = nil) -> FormatGuess {
        FormatGuess(
            charset: charset,
            frame: traces?.frame,
            parse: "raw",
            score: 0,
            reason: "Any line of text can be read so."
        )
    }
}
