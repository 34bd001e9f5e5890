internal import CSimdjson

extension RejectReason {
    /// What people read in the rejects.
    var text: String {
        switch self {
        case .jsonInvalidUTF8, .invalidUTF8: "invalid UTF-8"
        case .jsonControlCharacter: "JSON: control character in a string"
        case .jsonOpenString: "JSON: string without an end"
        case .jsonNumber: "JSON: malformed number"
        case .jsonLiteral: "JSON: malformed literal"
        case .jsonEscape: "JSON: unknown escape in a string"
        case .jsonName: "JSON: field name expected"
        case .jsonColon: "JSON: colon expected"
        case .jsonValue: "JSON: value expected"
        case .jsonComma: "JSON: comma or closing bracket expected"
        case .jsonTrailing: "JSON: text after the record"
        case .jsonDepth: "JSON: nested deeper than max_depth"
        case .jsonOpen: "JSON: bracket without an end"
        case .jsonNoObject: "JSON: not an object"
        case .jsonInternal: "JSON: cannot be indexed"
        case .accessClient: "access log: client address expected"
        case .accessIdent: "access log: ident and user expected"
        case .accessTimestamp: "access log: [timestamp] expected"
        case .accessRequest: "access log: quoted request expected"
        case .accessStatus: "access log: three-digit status expected"
        case .accessBytes: "access log: number of bytes or '-' expected"
        case .accessReferer: "access log: quoted referer expected"
        case .accessUserAgent: "access log: quoted user agent expected"
        case .accessTrailing: "access log: text after the last field"
        case .logfmtKey: "logfmt: malformed key"
        case .logfmtQuote: "logfmt: quoted value without an end"
        case .logfmtEscape: "logfmt: unknown escape in a quoted value"
        case .logfmtNoPair: "logfmt: no key=value pair"
        case .expressionOverflow: "integer overflow"
        case .expressionDivision: "division by zero"
        case .expressionType: "value of the wrong type"
        case .expressionNotBool: "condition is neither true nor false"
        case .expressionConversion: "text that cannot be converted"
        case .expressionPattern: "invalid regular expression"
        case .expressionText: "too much text made by one expression"
        case .notFinite: "result is no finite number"
        case .tooMuchText: "steps made more text than a record may hold"
        case .limitKeys: "more different values than limit counts"
        case .notNumber: "number expected"
        case .noLine: "no field 'line' to write"
        case .lineFeedInLine: "the field 'line' holds a line feed"
        case .jsonNoList: "JSON: no list of the name that is exploded"
        case .jsonNoOuterList: "JSON: not a list of records"
        case .jsonOpenDocument: "JSON: value without an end"
        case .jsonOutside: "JSON: text outside of documents"
        case .jsonElement: "JSON: element expected"
        case .jsonSeparator: "JSON: comma or closing bracket expected between elements"
        case .jsonOpenList: "JSON: list without an end"
        case .jsonEnvelope: "JSON: malformed text around the list"
        case .csvOpenQuote: "CSV: quoted field without an end"
        case .timeMalformed: "no time in any of the layouts"
        case .timeWithoutYear: "time without a year, and the object has no time that it could be near to"
        case .timeOutOfRange: "time outside of the years 0000 to 9999"
        case .conversion: "value that cannot be converted"
        case .csvQuote: "CSV: quoted value without an end"
        case .csvAfterQuote: "CSV: text behind a closing quote"
        case .csvTooFew: "CSV: fewer values than columns"
        case .csvTooMany: "CSV: more values than columns"
        case .csvColumnLimit: "CSV: more than \(CSVColumns.maximumCount) columns"
        case .csvNoHeader: "CSV: there is no header line"
        case .csvHeader: "CSV: malformed header line"
        case .subjectTooLong: "subject longer than 16 KiB"
        case .patternNoMatch: "pattern does not match"
        case .patternLimit: "pattern needs too much backtracking"
        case .captureType: "capture is not of its type"
        case .dissectDelimiter: "dissect: text of the pattern expected"
        case .keyValueNone: "key_value: no pair of key and value"
        case .keyValueKey: "key_value: key expected"
        case .keyValueQuote: "key_value: quoted value without an end"
        case .lineFeedInText: "text holds a line feed"
        case .keyValueAfterQuote: "key_value: text behind a closing quote"
        case .syslogPriority: "priority of 0 to 191 in <> expected"
        case .syslogHeader: "header of RFC 5424 expected"
        case .syslogStructuredData: "malformed structured data"
        case .logTimestamp: "timestamp expected"
        case .logLevel: "[level] expected"
        case .logProcess: "number of the process expected"
        case .criStream: "stdout or stderr expected"
        case .criTag: "tag F or P expected"
        case .dockerLog: "no text in 'log'"
        case .columnsUnknown: "no #Fields line in front of it"
        case .columnCount: "not as many columns as were named"
        case .rowShort: "line with too few columns"
        case .rowSpace: "space expected"
        case .rowText: "value expected"
        case .rowNumber: "number or '-' expected"
        case .rowQuote: "quoted text expected"
        }
    }

    /// Whether the text does not say which format was expected.
    private var isOfSeveralFormats: Bool {
        rawValue >= Self.syslogPriority.rawValue && rawValue <= Self.rowQuote.rawValue
    }

    /// Whether `detail` is a number of values and not a place.
    private var countsValues: Bool { self == .csvTooFew || self == .csvTooMany }

    /// What people read about a rejected record: the stage, the reason, the place.
    ///
    /// Stages count from 1.
    static func describe(_ record: sluice_record, stageNames: [String]) -> String {
        let reason = RejectReason(rawValue: record.reason)
        var text = reason?.text ?? "unknown reason \(record.reason)"
        let stage = Int(record.step) - 1
        // The texts of parsers name the format already, but for those that several formats share.
        let isNamed = reason?.isOfSeveralFormats != true
        if stageNames.indices.contains(stage), !isNamed || !stageNames[stage].hasPrefix("parse: ") {
            text = "\(stageNames[stage]): \(text)"
        }
        if record.detail == UInt32.max { return text }
        return reason?.countsValues == true
            ? "\(text) (\(record.detail))" : "\(text) at byte \(record.detail)"
    }
}
