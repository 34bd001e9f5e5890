internal import CSimdjson

/// Why a record was rejected, in one byte of the record.
enum RejectReason: UInt8 {
    // Numbers of the JSON parser: SLUICE_JSON_… of SluiceRecords.h.
    /// Shown as "invalid UTF-8".
    case jsonInvalidUTF8 = 1
    /// Shown as "JSON: control character in a string".
    case jsonControlCharacter
    /// Shown as "JSON: string without an end".
    case jsonOpenString
    /// Shown as "JSON: malformed number".
    case jsonNumber
    /// Shown as "JSON: malformed literal".
    case jsonLiteral
    /// Shown as "JSON: unknown escape in a string".
    case jsonEscape
    /// Shown as "JSON: field name expected".
    case jsonName
    /// Shown as "JSON: colon expected".
    case jsonColon
    /// Shown as "JSON: value expected".
    case jsonValue
    /// Shown as "JSON: comma or closing bracket expected".
    case jsonComma
    /// Shown as "JSON: text after the record".
    case jsonTrailing
    /// Shown as "JSON: nested deeper than max_depth".
    case jsonDepth
    /// Shown as "JSON: bracket without an end".
    case jsonOpen
    /// Shown as "JSON: not an object".
    case jsonNoObject
    /// Shown as "JSON: cannot be indexed".
    case jsonInternal

    /// Shown as "invalid UTF-8".
    case invalidUTF8 = 32
    /// Shown as "access log: client address expected".
    case accessClient
    /// Shown as "access log: ident and user expected".
    case accessIdent
    /// Shown as "access log: [timestamp] expected".
    case accessTimestamp
    /// Shown as "access log: quoted request expected".
    case accessRequest
    /// Shown as "access log: three-digit status expected".
    case accessStatus
    /// Shown as "access log: number of bytes or '-' expected".
    case accessBytes
    /// Shown as "access log: quoted referer expected".
    case accessReferer
    /// Shown as "access log: quoted user agent expected".
    case accessUserAgent
    /// Shown as "access log: text after the last field".
    case accessTrailing
    /// Shown as "logfmt: malformed key".
    case logfmtKey
    /// Shown as "logfmt: quoted value without an end".
    case logfmtQuote
    /// Shown as "logfmt: unknown escape in a quoted value".
    case logfmtEscape
    /// Shown as "logfmt: no key=value pair".
    case logfmtNoPair

    /// Shown as "integer overflow".
    case expressionOverflow = 64
    /// Shown as "division by zero".
    case expressionDivision
    /// Shown as "value of the wrong type".
    case expressionType
    /// Shown as "condition is neither true nor false".
    case expressionNotBool
    /// Shown as "text that cannot be converted".
    case expressionConversion
    /// Shown as "invalid regular expression".
    case expressionPattern
    /// Shown as "too much text made by one expression".
    case expressionText
    /// Shown as "result is no finite number".
    case notFinite
    /// Shown as "steps made more text than a record may hold".
    case tooMuchText
    /// Shown as "no field 'line' to write".
    case noLine
    /// Shown as "the field 'line' holds a line feed".
    case lineFeedInLine
    /// Shown as "more different values than limit counts".
    case limitKeys

    /// Shown as "JSON: no list of the name that is exploded".
    case jsonNoList = 100
    /// Shown as "JSON: not a list of records".
    case jsonNoOuterList
    /// Shown as "JSON: value without an end".
    case jsonOpenDocument
    /// Shown as "JSON: text outside of documents".
    case jsonOutside
    /// Shown as "JSON: element expected".
    case jsonElement
    /// Shown as "JSON: comma or closing bracket expected between elements".
    case jsonSeparator
    /// Shown as "JSON: list without an end".
    case jsonOpenList
    /// Shown as "JSON: malformed text around the list".
    case jsonEnvelope
    /// Shown as "CSV: quoted field without an end".
    case csvOpenQuote

    // Times and conversions.
    /// Shown as "no time in any of the layouts".
    case timeMalformed = 230
    /// Shown as "time without a year, and the object has no time that it could be near to".
    case timeWithoutYear
    /// Shown as "time outside of the years 0000 to 9999".
    case timeOutOfRange
    /// Shown as "value that cannot be converted".
    case conversion

    /// Shown as "priority of 0 to 191 in <> expected".
    case syslogPriority = 150
    /// Shown as "header of RFC 5424 expected".
    case syslogHeader
    /// Shown as "malformed structured data".
    case syslogStructuredData
    /// Shown as "timestamp expected".
    case logTimestamp
    /// Shown as "[level] expected".
    case logLevel
    /// Shown as "number of the process expected".
    case logProcess
    /// Shown as "stdout or stderr expected".
    case criStream
    /// Shown as "tag F or P expected".
    case criTag
    /// Shown as "no text in 'log'".
    case dockerLog
    /// Shown as "no #Fields line in front of it".
    case columnsUnknown
    /// Shown as "not as many columns as were named".
    case columnCount
    /// Shown as "line with too few columns".
    case rowShort
    /// Shown as "space expected".
    case rowSpace
    /// Shown as "value expected".
    case rowText
    /// Shown as "number or '-' expected".
    case rowNumber
    /// Shown as "quoted text expected".
    case rowQuote

    /// Shown as "CSV: quoted value without an end".
    case csvQuote = 110
    /// Shown as "CSV: text behind a closing quote".
    case csvAfterQuote
    /// Shown as "CSV: fewer values than columns".
    case csvTooFew
    /// Shown as "CSV: more values than columns".
    case csvTooMany
    /// Shown as "CSV: more than 100000 columns".
    case csvColumnLimit
    /// Shown as "CSV: there is no header line".
    case csvNoHeader
    /// Shown as "CSV: malformed header line".
    case csvHeader
    /// Shown as "subject longer than 16 KiB".
    case subjectTooLong
    /// Shown as "pattern does not match".
    case patternNoMatch
    /// Shown as "pattern needs too much backtracking".
    case patternLimit
    /// Shown as "capture is not of its type".
    case captureType
    /// Shown as "dissect: text of the pattern expected".
    case dissectDelimiter
    /// Shown as "key_value: no pair of key and value".
    case keyValueNone
    /// Shown as "key_value: key expected".
    case keyValueKey
    /// Shown as "key_value: quoted value without an end".
    case keyValueQuote
    /// Shown as "key_value: text behind a closing quote".
    case keyValueAfterQuote

    /// `detail` where there is nothing more to say.
    static let noDetail = Int(UInt32.max)

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
