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
}

extension [HTTPField] {
    /// The value of the first field of that name.
    func value(of name: String) -> String? { first { $0.name == name }?.value }
}
