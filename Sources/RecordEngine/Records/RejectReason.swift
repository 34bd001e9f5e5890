internal import CSimdjson

/// Why a record was rejected, in one byte of the record.
enum RejectReason: UInt8 {
    // Numbers of the JSON parser: SLUICE_JSON_… of SluiceRecords.h.
    case jsonInvalidUTF8 = 1
    case jsonControlCharacter
    case jsonOpenString
    case jsonNumber
    case jsonLiteral
    case jsonEscape
    case jsonName
    case jsonColon
    case jsonValue
    case jsonComma
    case jsonTrailing
    case jsonDepth
    case jsonOpen
    case jsonNoObject
    case jsonInternal

    case invalidUTF8 = 32
    case accessClient
    case accessIdent
    case accessTimestamp
    case accessRequest
    case accessStatus
    case accessBytes
    case accessReferer
    case accessUserAgent
    case accessTrailing
    case logfmtKey
    case logfmtQuote
    case logfmtEscape
    case logfmtNoPair

    case expressionOverflow = 64
    case expressionDivision
    case expressionType
    case expressionNotBool
    case expressionConversion
    case expressionPattern
    case expressionText
    case notFinite
    case tooMuchText
    case noLine
    case lineFeedInLine

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
        case .noLine: "no field 'line' to write"
        case .lineFeedInLine: "the field 'line' holds a line feed"
        }
    }

    /// What people read about a rejected record: the stage, the reason, the place.
    ///
    /// Stages count from 1.
    static func describe(_ record: sluice_record, stageNames: [String]) -> String {
        let reason = RejectReason(rawValue: record.reason)
        var text = reason?.text ?? "unknown reason \(record.reason)"
        let stage = Int(record.step) - 1
        if record.reason >= RejectReason.expressionOverflow.rawValue, stageNames.indices.contains(stage) {
            text = "\(stageNames[stage]): \(text)"
        }
        return record.detail == UInt32.max ? text : "\(text) at byte \(record.detail)"
    }
}
