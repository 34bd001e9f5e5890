internal import EventModel
internal import Foundation

/// Reads JSON of strangers: size, encoding and depth are checked before Foundation sees a byte of it, so that
/// neither memory nor stack is theirs.
enum BoundedJSON {
    /// Of UTF-8; some editors and gateways put it in front.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The value, or `notification.over-limit` or `notification.unknown-shape`.
    static func parse(_ bytes: [UInt8], _ limits: NotificationDecoder.Limits) throws(SluiceError) -> Any {
        guard bytes.count <= limits.sizeBytes else {
            throw SluiceError(
                .notificationLimit,
                "The message has \(bytes.count) bytes; at most \(limits.sizeBytes) are read."
            )
        }
        let text = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(byteOrderMark.count)) : bytes
        // Foundation reads UTF-16 and UTF-32 too, whose brackets nobody counted. JSON is UTF-8, and its
        // grammar has no zero byte (RFC 8259, sections 8.1 and 2), which a bracket has in all others.
        guard !text.contains(0), String(validating: text, as: UTF8.self) != nil else {
            throw SluiceError(.notificationShape, "The message is not UTF-8.")
        }
        guard isShallow(text, depth: limits.depth) else {
            throw SluiceError(.notificationLimit, "The message nests deeper than \(limits.depth) levels.")
        }
        do {
            return try JSONSerialization.jsonObject(with: Data(text))
        } catch {
            throw SluiceError(.notificationShape, "The message is not JSON.", cause: error)
        }
    }

    /// Whether no more than `depth` brackets are open at a time. In what is no JSON at all, the answer is of
    /// no use, and of no harm.
    static func isShallow(_ bytes: [UInt8], depth: Int) -> Bool {
        var open = 0
        var isText = false
        var isEscaped = false
        for byte in bytes {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isText = false
                }
                continue
            }
            switch byte {
            case 0x22: isText = true
            case 0x5B, 0x7B:
                open += 1
                if open > depth { return false }
            case 0x5D, 0x7D: open -= 1
            default: break
            }
        }
        return true
    }

    /// A whole number that is not negative; some emulators write it as text.
    static func unsigned(_ value: Any?) -> UInt64? {
        if let text = value as? String { return UInt64(text) }
        guard let number = value as? NSNumber else { return nil }
        let size = number.doubleValue
        // Doubles are exact up to 2^53; no object is larger than 50 TB (AWS, "Amazon S3 objects overview").
        guard size >= 0, size <= 0x1p53, size == size.rounded() else { return nil }
        return UInt64(size)
    }

    /// Text, or a number as it would be written.
    static func text(_ value: Any?) -> String? {
        if let text = value as? String { return text }
        return (value as? NSNumber).map { "\($0)" }
    }
}

/// An object of JSON.
typealias JSONObject = [String: Any]
