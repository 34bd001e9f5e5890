internal import EventModel
internal import HTTPTransport

/// Gets what SNS serves: certificates and confirmations. Follows no redirect, for the client does not (trap
/// S15).
enum SNSFetch {
    /// What SNS serves is small.
    private static let limit = 64 << 10

    /// Gets a URL.
    static func fetch(
        _ url: String,
        by client: HTTPClient
    ) async throws(SluiceError) -> (status: Int, body: [UInt8]) {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let endpoint = HTTPEndpoint(url: parts[..<3].joined(separator: "/")) else {
            throw SluiceError(.webhookFetch, "'\(Escaped.text(url))' cannot be asked for.")
        }
        let target = parts[3].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return HTTPField(
                name: APIRequest.decode(halves[0]),
                value: halves.count > 1 ? APIRequest.decode(halves[1]) : ""
            )
        }
        let request = HTTPRequest(
            method: "GET",
            endpoint: endpoint,
            path: "/" + (target.first ?? ""),
            query: query,
            timeout: .seconds(10)
        )
        let response = try await client.send(request, bodyLimit: limit)
        return (response.status, response.body)
    }
}
