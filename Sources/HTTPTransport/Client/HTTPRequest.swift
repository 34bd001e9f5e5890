/// A header, or a parameter of a query.
public struct HTTPField: Sendable, Hashable {
    /// Its name; a header's is in lower case.
    public let name: String
    /// Its value, without white space around it.
    public let value: String

    /// Makes a field.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What is asked of a server.
public struct HTTPRequest: Sendable {
    /// `GET`, `PUT`, …
    public var method: String
    /// Where it goes.
    public var endpoint: HTTPEndpoint
    /// Begins with `/`, is percent-encoded already, and is sent as it is: `..` and `//` stay (trap K04).
    public var path: String
    /// Decoded parameters, in the order in which they are sent.
    public var query: [HTTPField]
    /// Headers, without `host` and `content-length`.
    public var headers: [HTTPField]
    /// Sent with its length when the method is `PUT` or `POST`, also when it is empty; with any other method
    /// when it is not.
    public var body: [UInt8]
    /// For the whole request; nil: only the limits for connecting and for standing still.
    public var timeout: Duration?
    /// Whether the server answers when it has news. Such requests are counted apart: they occupy connections
    /// and no bandwidth, and must keep none from others.
    public var isLongPoll = false
    /// How long it may stand still, where that is longer than the client's own limit.
    public var stallTimeout: Duration?
    /// Whether it goes out once at most: libcurl itself sends again on a connection that was used before and
    /// died without an answer, so it gets one of its own.
    public var isSentOnce = false
    /// Goes through this socket instead of TCP.
    var unixSocket: String?
    /// Sent instead of `path` and `query`.
    var wholeTarget: String?

    /// Makes a request.
    public init(
        method: String = "GET",
        endpoint: HTTPEndpoint,
        path: String = "/",
        query: [HTTPField] = [],
        headers: [HTTPField] = [],
        body: [UInt8] = [],
        timeout: Duration? = nil
    ) {
        self.method = method
        self.endpoint = endpoint
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }

    /// `path?query` as it is sent.
    public var target: String {
        if let wholeTarget { return wholeTarget }
        guard !query.isEmpty else { return path }
        var text = path
        var separator = "?"
        for field in query {
            text += separator
            text += Self.encode(field.name.utf8, keepingSlash: false)
            text += "="
            text += Self.encode(field.value.utf8, keepingSlash: false)
            separator = "&"
        }
        return text
    }

    /// Percent-encodes all bytes but those that RFC 3986 (section 2.3) calls unreserved, and `/` if it is to
    /// be kept.
    public static func encode(_ bytes: some Sequence<UInt8>, keepingSlash: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount)
        encode(bytes, keepingSlash: keepingSlash, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// As the public form; appends the text.
    static func encode(_ bytes: some Sequence<UInt8>, keepingSlash: Bool, into text: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: text.append(byte)
            case 0x2F where keepingSlash: text.append(byte)
            default:
                text.append(UInt8(ascii: "%"))
                text.append(hexDigit(byte >> 4))
                text.append(hexDigit(byte & 15))
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
