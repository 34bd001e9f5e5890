public import EventModel

/// One request as the server read it.
public struct FaultyS3Request: Sendable {
    /// `GET`, `PUT` and so on.
    public let method: String
    /// Path and query as they came.
    public let target: String
    /// Query items, decoded; an item without `=` is empty, of repeated names the last one counts.
    public let query: [String: [UInt8]]
    /// Fields with lower-case names; repeated names are joined by a comma.
    public let headers: [String: String]
    /// The body; empty in the server's record of requests.
    public internal(set) var body: [UInt8]
    /// How many bytes the body had.
    public let bodyCount: Int
    /// First component of the path, or first label of a host name that is not the server's own.
    public let bucket: String
    /// The rest of the path, decoded once.
    public let key: ObjectKey
    /// What it asks for.
    public let kind: FaultyS3Kind

    /// Takes a head apart: the lines before the empty line, without line ends.
    init?(head: String, body: [UInt8]) {
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let words = (lines.popFirst() ?? "").split(separator: " ")
        guard words.count == 3, words[1].hasPrefix("/") else { return nil }
        method = String(words[0])
        target = String(words[1])
        headers = Self.fields(lines)
        self.body = body
        bodyCount = body.count
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = Self.query(parts.count > 1 ? parts[1] : "")
        var path = parts[0].dropFirst()
        // Virtual-host style: `bucket.localhost:port`.
        let host = (headers["host"] ?? "").split(separator: ":").first ?? ""
        if host.hasSuffix(".localhost") {
            bucket = String(host.dropLast(".localhost".count))
        } else {
            let end = path.firstIndex(of: "/") ?? path.endIndex
            bucket = String(decoding: Self.decode(path[..<end]), as: UTF8.self)
            path = path[end...].dropFirst()
        }
        key = ObjectKey(bytes: Self.decode(path))
        kind = .of(
            method,
            hasKey: !path.isEmpty,
            query: query,
            isCopy: headers["x-amz-copy-source"] != nil
        )
    }

    /// A query item as text.
    func text(_ name: String) -> String? { query[name].map { String(decoding: $0, as: UTF8.self) } }

    private static func fields(_ lines: ArraySlice<Substring>) -> [String: String] {
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            fields[name] = fields[name].map { "\($0),\(value)" } ?? value
        }
        return fields
    }

    private static func query(_ text: Substring) -> [String: [UInt8]] {
        var query: [String: [UInt8]] = [:]
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: decode(parts[0]), as: UTF8.self)
            query[name] = parts.count > 1 ? decode(parts[1]) : []
        }
        return query
    }

    /// Undoes percent-encoding; `+` stays a plus, as in a path (RFC 3986, 2.1).
    static func decode(_ text: some StringProtocol) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
