/// A request in the one form that both sides of a signature compute ("Create a canonical request", IAM User
/// Guide).
struct CanonicalRequest {
    /// What is hashed.
    let bytes: [UInt8]
    /// The names of the signed headers, sorted: `host;x-amz-date`.
    let signedHeaders: String

    /// Writes the canonical form; O(n log n) in the number of headers and parameters.
    ///
    /// With `keepingPath` the path stands as it is sent, as S3 wants it; else it is normalised and encoded
    /// once more, as all other services want it.
    init(_ request: HTTPRequest, payloadHash: String, keepingPath: Bool) {
        let headers = Self.signedFields(of: request)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        bytes += request.method.utf8
        bytes.append(UInt8(ascii: "\n"))
        if keepingPath {
            bytes += request.path.utf8
        } else {
            HTTPRequest.encode(Self.normalised(request.path).utf8, keepingSlash: true, into: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        Self.append(query: request.query, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        Self.append(headers: headers, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        let names = Self.names(of: headers)
        bytes += names.utf8
        bytes.append(UInt8(ascii: "\n"))
        bytes += payloadHash.utf8
        self.bytes = bytes
        signedHeaders = names
    }

    /// The names of the headers of a request that are signed, sorted.
    static func signedHeaders(of request: HTTPRequest) -> String { names(of: signedFields(of: request)) }

    /// Headers that stand between hops, or that clients and proxies write anew.
    private static let unsigned: Set<String> = [
        "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id",
    ]

    /// `host` and the headers that are signed, by name; those of one name stay in order.
    private static func signedFields(of request: HTTPRequest) -> [HTTPField] {
        var fields = [HTTPField(name: "host", value: request.endpoint.authority)]
        for field in request.headers where !unsigned.contains(field.name) && field.name != "host" {
            // Few and mostly short: insertion keeps equal names in order and needs no second array.
            var place = fields.count
            while place > 0, isLess(field.name, fields[place - 1].name) { place -= 1 }
            fields.insert(field, at: place)
        }
        return fields
    }

    /// By bytes; `String`'s own order is that of Unicode's normal forms.
    private static func isLess(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func names(of fields: [HTTPField]) -> String {
        var names: [String] = []
        names.reserveCapacity(fields.count)
        for field in fields where names.last != field.name { names.append(field.name) }
        return names.joined(separator: ";")
    }

    /// `name:value` lines; the values of one name are joined with commas.
    private static func append(headers fields: [HTTPField], to bytes: inout [UInt8]) {
        var last: String?
        for field in fields {
            if field.name == last {
                bytes[bytes.count - 1] = UInt8(ascii: ",")
            } else {
                bytes += field.name.utf8
                bytes.append(UInt8(ascii: ":"))
            }
            appendTrimmed(field.value, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
            last = field.name
        }
    }

    /// Without white space at the ends, and with runs of it as one space.
    private static func appendTrimmed(_ value: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        var isPending = false
        for byte in value.utf8 {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                isPending = bytes.count > start
                continue
            }
            if isPending { bytes.append(UInt8(ascii: " ")) }
            isPending = false
            bytes.append(byte)
        }
    }

    /// Encoded parameters, sorted by encoded name, then by encoded value.
    private static func append(query: [HTTPField], to bytes: inout [UInt8]) {
        guard !query.isEmpty else { return }
        var encoded = query.map { field in
            var name: [UInt8] = []
            HTTPRequest.encode(field.name.utf8, keepingSlash: false, into: &name)
            var value: [UInt8] = []
            HTTPRequest.encode(field.value.utf8, keepingSlash: false, into: &value)
            return (name: name, value: value)
        }
        if encoded.count > 1 {
            encoded.sort { left, right in
                left.name == right.name
                    ? left.value.lexicographicallyPrecedes(right.value)
                    : left.name.lexicographicallyPrecedes(right.name)
            }
        }
        for (index, field) in encoded.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes += field.name
            bytes.append(UInt8(ascii: "="))
            bytes += field.value
        }
    }

    /// Without `.`, `..` and empty segments (RFC 3986, section 5.2.4); always begins with `/`, and ends with
    /// one only where the path did.
    static func normalised(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) {
            switch segment {
            case ".": continue
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        guard !kept.isEmpty else { return "/" }
        return "/" + kept.joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
    }
}
