internal import CCurl
public import EventModel
internal import Execution

extension SluiceError.Code {
    /// A request could not be sent, or its answer not be read.
    public static let transportFailed = Self("transport.failed", .transient)
    /// The endpoint cannot be reached: unknown name, nobody listens, no way there.
    public static let transportUnreachable = Self("transport.unreachable", .outage)
    /// No encrypted connection could be agreed on: the certificate, for instance.
    public static let transportTLS = Self("transport.tls", .outage)
    /// The proxy does not let the request through: it wants a password, for instance.
    public static let transportProxy = Self("transport.proxy", .outage)
    /// The answer did not come in time.
    public static let transportTimeout = Self("transport.timeout", .transient)
    /// The body ended before its announced length (trap R01).
    public static let transportTruncated = Self("transport.truncated", .transient)
    /// The body is longer than the caller takes.
    public static let transportTooLarge = Self("transport.too-large", .transient)
    /// The request was given up, or its client is gone.
    public static let transportCancelled = Self("transport.cancelled", .transient)
    /// The request cannot be sent as HTTP: a line break in a header, for instance.
    public static let transportInvalidRequest = Self("transport.invalid-request", .object)
}

/// How a transfer of libcurl failed (libcurl-errors(3)).
struct TransportFailure {
    /// libcurl's code.
    let code: CURLcode
    /// What libcurl wrote about it (CURLOPT_ERRORBUFFER(3)); may be empty.
    let detail: String
    /// errno of the connection attempt, or 0.
    let systemError: Int
    /// Whether a connection took the request.
    let wasConnected: Bool
    /// What a proxy answered that was asked for a way through; 0 when none was.
    let proxyStatus: Int

    /// The error for a reader; `what` says which request: `GET http://host/key`.
    func error(_ what: String) -> SluiceError {
        if proxyStatus >= 300 { return Self.refusal(byProxy: proxyStatus, what) }
        let reason = reason
        let (kind, hint) = classify()
        return SluiceError(kind, "\(what) failed: \(reason).", hint: hint)
    }

    /// The error for a request that a proxy refused with this status.
    static func refusal(byProxy status: Int, _ what: String) -> SluiceError {
        SluiceError(
            .transportProxy,
            "\(what) failed: the proxy answers \(status).",
            hint: status == 407
                ? "It wants a user and a password: give its URL as http://user:password@host:port."
                : "Check the proxy's URL, and whether it lets requests to this host through."
        )
    }

    private var reason: String {
        let detail = detail.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detail
        let text = detail.hasSuffix(".") ? String(detail.dropLast()) : detail
        guard systemError != 0, code == CURLE_COULDNT_CONNECT else { return text }
        return "\(text) (\(NativeThread.errorText(Int32(truncatingIfNeeded: systemError))))"
    }

    private func classify() -> (SluiceError.Code, hint: String?) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            (.transportUnreachable, "Check the endpoint's host name and this machine's DNS.")
        case CURLE_COULDNT_RESOLVE_PROXY:
            (
                .transportUnreachable,
                "Check the proxy's host name; it may come from http_proxy or https_proxy."
            )
        case CURLE_COULDNT_CONNECT:
            (.transportUnreachable, "Check that the server runs, and the endpoint's host and port.")
        case CURLE_PROXY:
            (.transportUnreachable, "Check that the proxy runs, and its address.")
        case CURLE_OPERATION_TIMEDOUT where !wasConnected:
            (.transportUnreachable, "Check the endpoint's host and port, and firewalls on the way.")
        case CURLE_OPERATION_TIMEDOUT:
            (.transportTimeout, "The server or the network is slow; the request can be repeated.")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            (.transportTLS, "Name the authority that signed the server's certificate with ca_file.")
        case CURLE_SSL_CACERT_BADFILE:
            (.transportTLS, "Check that ca_file is a readable file of certificates in PEM form.")
        case CURLE_SSL_CONNECT_ERROR:
            (.transportTLS, "Check that the server speaks TLS on this port.")
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CRL_BADFILE:
            (.transportTLS, nil)
        case CURLE_PARTIAL_FILE:
            (.transportTruncated, "The server or the network broke off; the request can be repeated.")
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT:
            (.transportInvalidRequest, nil)
        default:
            (.transportFailed, nil)
        }
    }
}
