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
        guard let request = HTTPRequest(url: url, timeout: .seconds(10)) else {
            throw SluiceError(.webhookFetch, "'\(Escaped.text(url))' cannot be asked for.")
        }
        let response = try await client.send(request, bodyLimit: limit)
        return (response.status, response.body)
    }
}
