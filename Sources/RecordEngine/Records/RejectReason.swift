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
    /// Shown as "number expected".
    case notNumber

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
    /// Shown as "text holds a line feed".
    case lineFeedInText = 140

    /// `detail` where there is nothing more to say.
    static let noDetail = Int(UInt32.max)
}
