internal import Foundation

extension HTTPRequest {
    /// Asks for what lies under a URL: its path as it is written there, its parameters decoded.
    ///
    /// Nil where the URL does not begin with what `HTTPEndpoint` reads, and where it has a fragment. A `+` in
    /// a parameter stays one (RFC 3986, section 3.4, knows no other meaning).
    public init?(
        method: String = "GET",
        url: String,
        headers: [HTTPField] = [],
        body: [UInt8] = [],
        timeout: Duration? = nil
    ) {
        guard let start = url.range(of: "://")?.upperBound, !url.utf8.contains(UInt8(ascii: "#")) else {
            return nil
        }
        let end = url[start...].firstIndex { $0 == "/" || $0 == "?" } ?? url.endIndex
        guard let endpoint = HTTPEndpoint(url: String(url[..<end])) else { return nil }
        let halves = url[end...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = halves.first.map { String($0) } ?? ""
        let pairs = halves.dropFirst().first?.split(separator: "&") ?? []
        self.init(
            method: method,
            endpoint: endpoint,
            path: path.isEmpty ? "/" : path,
            query: pairs.map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    .map { String($0).removingPercentEncoding ?? String($0) }
                return HTTPField(name: sides[0], value: sides.count > 1 ? sides[1] : "")
            },
            headers: headers,
            body: body,
            timeout: timeout
        )
    }
}
