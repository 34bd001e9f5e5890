internal import EventModel

/// Just enough XML for the answers, and for the few bodies that clients send.
enum FaultyS3XML {
    static let prologue = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    static let space = #"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#

    static func error(_ code: String, _ extra: String = "") -> String {
        "<Error><Code>\(code)</Code><Message>This is \(code).</Message>\(extra)</Error>"
    }

    /// Text with the five entities; control characters go out as they are, as many stores do (trap L08).
    static func escape(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "&"): result += Array("&amp;".utf8)
            case UInt8(ascii: "<"): result += Array("&lt;".utf8)
            case UInt8(ascii: ">"): result += Array("&gt;".utf8)
            case UInt8(ascii: "\""): result += Array("&quot;".utf8)
            default: result.append(byte)
            }
        }
        return result
    }

    /// Percent-encoding as of `encoding-type=url`: all but unreserved characters and `/`.
    static func percentEncode(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }

    /// The texts of all elements of a name, in order; no element of that name may lie in another.
    static func texts(of name: String, in body: [UInt8]) -> [String] {
        var texts: [String] = []
        var rest = String(decoding: body, as: UTF8.self)[...]
        while let opening = rest.firstRange(of: "<\(name)>"),
            let closing = rest[opening.upperBound...].firstRange(of: "</\(name)>")
        {
            texts.append(unescape(rest[opening.upperBound..<closing.lowerBound]))
            rest = rest[closing.upperBound...]
        }
        return texts
    }

    private static func unescape(_ text: Substring) -> String {
        var result = String(text)
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&amp;", "&"),
        ] {
            result.replace(entity, with: character)
        }
        return result
    }
}
