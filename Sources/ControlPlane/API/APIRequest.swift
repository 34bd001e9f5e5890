public import EventModel
internal import EventProcessing
public import Foundation
internal import HTTPTransport

/// A request as the API sees it, by whatever door it came: the Unix socket, TCP, or the command itself beside
/// a stopped service.
public struct APIRequest: Sendable {
    /// `GET` or `POST`.
    public let method: String
    /// The path as sent, percent-encoded, without the query.
    public let path: String
    /// Decoded parameters of the query; of a repeated name the last counts.
    public let query: [String: String]
    /// The body.
    public let body: Data
    /// Whether the owner of the state directory asks, who may read what the service may read: through the
    /// Unix socket, or beside a stopped service.
    public let isFromOwner: Bool

    /// Splits a target such as `/v1/why?bucket=a&key=b`.
    public init(method: String, target: String, body: Data = Data(), isFromOwner: Bool = false) {
        self.method = method
        self.isFromOwner = isFromOwner
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = String(parts.first ?? "")
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decode(halves[0])
            query[name] = halves.count > 1 ? Self.decode(halves[1]) : ""
        }
        self.query = query
        self.body = body
    }

    /// Writes a target: each parameter percent-encoded, in the order of their names.
    public static func target(_ path: String, _ query: [String: String?] = [:]) -> String {
        let pairs = query.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(encode($0))" }
        }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// Percent-encodes all but RFC 3986's unreserved characters.
    public static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                byte < 0x80 && (CharacterSet.alphanumerics.contains(scalar) || "-._~".utf8.contains(byte))
            if isPlain {
                encoded.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return encoded
    }

    /// Undoes percent-encoding; a `+` stays a plus, and what is no valid escape stays as it is.
    static func decode(_ text: Substring) -> String { text.removingPercentEncoding ?? String(text) }
}

/// An answer of the API.
public struct APIResponse: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The media type of the body.
    public let contentType: String
    /// The body.
    public let body: Data

    /// Makes an answer.
    public init(status: Int, contentType: String = "application/json", body: Data) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// An answer that shows a view.
    static func view(_ view: some Encodable, status: Int = 200) throws(SluiceError) -> APIResponse {
        APIResponse(status: status, body: try ViewCoding.encode(view))
    }

    /// An answer that shows a failure.
    public static func failure(_ error: SluiceError) -> APIResponse {
        let body = (try? ViewCoding.encode(ErrorView(error))) ?? Data()
        return APIResponse(status: status(of: error.code), body: body)
    }

    private static func status(of code: SluiceError.Code) -> Int {
        switch code {
        case .apiNotFound, .jobUnknown, .scheduleUnknown: 404
        case .apiMethod: 405
        case .apiTooLarge: 413
        case .apiMediaType: 415
        case .apiMisdirected: 421
        case .apiUnauthorized, .webhookSignature: 401
        case .apiForbidden, .webhookTopic: 403
        case .webhookTimeout: 408
        case .serviceNotRunning, .jobState: 409
        default:
            switch code.blame {
            case .usage: 400
            case .object: 422
            case .transient, .outage: 503
            }
        }
    }
}
