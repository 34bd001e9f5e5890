internal import EventModel

/// Text that is cut by a scanner: everything but plain lines.
struct ScannedFraming: Framing {
    /// What finds the records.
    enum Layout: Sendable {
        /// Each line.
        case lines
        /// Lines that belong together, at most so many.
        case multiline(MultilineRule, maximumLines: Int)
        /// Values of JSON.
        case json(JSONScanner.Layout)
        /// Rows of CSV.
        case csv(delimiter: UInt8, quote: UInt8)
    }

    /// What finds the records.
    let layout: Layout
    /// What becomes of records that are too long.
    var tooLong = RecordAssembler.TooLong.reject
    /// How many records at the beginning of each unit are its header.
    var headerRecords = 0

    /// Begins to cut.
    func makeSource(
        _ text: any TextSource,
        limits: EngineLimits,
        betweenReads: @escaping () throws(SluiceError) -> Void
    ) -> any BlockSource {
        FramedSource(
            text,
            scanner: makeScanner(maximumBytes: limits.maxRecordBytes),
            records: RecordAssembler(
                maximumBytes: limits.maxRecordBytes,
                tooLong: tooLong,
                headerRecords: headerRecords
            ),
            betweenReads: betweenReads
        )
    }

    private func makeScanner(maximumBytes: Int) -> any RecordScanner {
        switch layout {
        case .lines: LineScanner()
        case .multiline(let rule, let maximumLines): MultilineScanner(rule, maximumLines: maximumLines)
        case .json(let layout): JSONScanner(layout)
        case .csv(let delimiter, let quote):
            CSVScanner(delimiter: delimiter, quote: quote, maximumBytes: max(maximumBytes, 1))
        }
    }
}

extension Framing where Self == ScannedFraming {
    /// In the place of a quote where nothing quotes: a line feed ends a row before it could open a field.
    static var noQuote: UInt8 { Newlines.lineFeed }

    /// Rows of CSV, of which the first `headerRecords` are the unit's header.
    static func csv(
        delimiter: UInt8 = UInt8(ascii: ","),
        quote: UInt8 = UInt8(ascii: "\""),
        headerRecords: Int = 0
    ) -> Self {
        ScannedFraming(layout: .csv(delimiter: delimiter, quote: quote), headerRecords: headerRecords)
    }

    /// The elements of the list with this dotted path of names in each JSON document.
    static func exploded(_ path: String) -> Self {
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return ScannedFraming(layout: .json(.list(names)))
    }
}

/// A framing of text that is read in an encoding first.
struct DecodedFraming: Framing {
    /// The encoding.
    let charset: TextCharset
    /// How what was decoded is cut.
    let framing: any Framing

    /// Begins to cut.
    func makeSource(
        _ text: any TextSource,
        limits: EngineLimits,
        betweenReads: @escaping () throws(SluiceError) -> Void
    ) -> any BlockSource {
        framing.makeSource(makeTextLayer(over: text, charset), limits: limits, betweenReads: betweenReads)
    }
}
