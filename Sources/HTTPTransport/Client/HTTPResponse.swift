public import EventModel

/// A whole answer.
public struct HTTPResponse: Sendable {
    /// The status: 200, 404, …
    public let status: Int
    /// The headers in order; names are in lower case.
    public let headers: [HTTPField]
    /// The body as it was sent; nothing is decompressed (trap G10).
    public let body: [UInt8]

    /// Makes an answer.
    public init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of that name; O(headers).
    public func header(_ lowerCaseName: String) -> String? { headers.value(of: lowerCaseName) }

    /// The server's clock when it answered (RFC 9110, section 6.6.1); nil where it does not tell.
    public var date: Timestamp? { header("date").flatMap(InternetDate.http) }
}

extension [HTTPField] {
    /// The value of the first field of that name.
    func value(of name: String) -> String? { first { $0.name == name }?.value }
}
