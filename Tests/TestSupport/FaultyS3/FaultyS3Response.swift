/// What the server answers, and how the answer goes over the wire.
struct FaultyS3Response: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Content-Length, when it is not the body's size: the answer to HEAD, or a lie.
    var declaredCount: Int?
    /// Whether the answer names the server and the request.
    var isMarked = true
    /// How the bytes are sent.
    var delivery = Delivery.whole

    /// How the bytes of an answer are sent.
    enum Delivery: Sendable {
        /// All at once; the connection stays.
        case whole
        /// So many bytes of the body, then the connection is closed in good order.
        case cut(Int)
        /// So many bytes of the body, then the connection is reset. Negative: not even a head.
        case reset(Int)
        /// Pieces of so many bytes with a pause after each.
        case drip(bytes: Int, milliseconds: Int)
        /// Nothing; the connection stays open until the other side gives up.
        case silence
    }

    init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with an XML body.
    static func xml(_ text: String, status: Int = 200) -> FaultyS3Response {
        FaultyS3Response(
            status: status,
            headers: [("Content-Type", "application/xml")],
            body: Array((FaultyS3XML.prologue + text).utf8)
        )
    }

    /// An error in S3's form.
    static func error(_ status: Int, _ code: String, _ extra: String = "") -> FaultyS3Response {
        xml(FaultyS3XML.error(code, extra), status: status)
    }

    /// The first lines and the empty line, ready to send.
    func head(date: String, requestId: Int, isHead: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\nDate: \(date)\r\n"
        if isMarked { text += "Server: FaultyS3\r\nx-amz-request-id: \(requestId)\r\n" }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if status != 204, status != 304 { text += "Content-Length: \(declaredCount ?? body.count)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static func reason(_ status: Int) -> String {
        let reasons = [
            200: "OK", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
            304: "Not Modified",
            400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
            412: "Precondition Failed", 416: "Requested Range Not Satisfiable", 500: "Internal Server Error",
            501: "Not Implemented", 503: "Slow Down",
        ]
        return reasons[status] ?? "Status"
    }
}
