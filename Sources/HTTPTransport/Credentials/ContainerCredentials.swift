internal import EventModel
internal import Foundation

/// What the platform of a container lends ("Container credential provider", AWS SDKs and Tools Reference
/// Guide).
struct ContainerCredentials: CredentialSource {
    /// Addresses that may be asked without TLS, besides loopback: those of ECS and EKS.
    private static let linkLocal: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"]
    private static let timeout = Duration.seconds(2)

    /// What it is called in messages.
    let name = "container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)"
    private let surroundings: CredentialSurroundings

    /// Reads the variables of these surroundings.
    init(_ surroundings: CredentialSurroundings) { self.surroundings = surroundings }

    /// Nil when no address is named; throws for an address that credentials must not be asked from.
    func load() throws(SluiceError) -> Credentials? {
        let request: HTTPRequest
        if let path = surroundings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/"), let asked = Self.request(surroundings.containerService.url + path)
            else {
                throw invalid(path)
            }
            request = asked
        } else if let url = surroundings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            request = try fullRequest(url)
        } else {
            return nil
        }
        var signed = request
        if let token = try token() { signed.headers.append(HTTPField(name: "authorization", value: token)) }
        return try LentCredentials.json(try surroundings.sendDirectly(signed), from: "the container service")
    }

    /// An address of the environment must not lead a token elsewhere (trap S15): TLS, or this machine.
    private func fullRequest(_ url: String) throws(SluiceError) -> HTTPRequest {
        guard let request = Self.request(url) else { throw invalid(url) }
        let endpoint = request.endpoint
        let isHere =
            endpoint.host == "localhost" || Self.isLoopback(endpoint.host) || endpoint.host == "::1"
            || Self.linkLocal.contains(endpoint.host)
        guard endpoint.isTLS || isHere else { throw invalid(url) }
        return request
    }

    /// Whether it is an address of 127.0.0.0/8 (RFC 6890), and no name that only begins like one.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func request(_ url: String) -> HTTPRequest? {
        let accept = HTTPField(name: "accept", value: "application/json")
        return HTTPRequest(url: url, headers: [accept], timeout: timeout)
    }

    private func token() throws(SluiceError) -> String? {
        let token: String?
        if let file = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            token = try surroundings.text(of: file, "the container's authorization token")
        } else {
            token = surroundings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        }
        guard let token else { return nil }
        guard !token.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw SluiceError(
                .credentialsInvalid,
                "The container's authorization token holds a line break.",
                hint: "Check AWS_CONTAINER_AUTHORIZATION_TOKEN or the file that holds it."
            )
        }
        return token
    }

    private func invalid(_ address: String) -> SluiceError {
        SluiceError(
            .credentialsInvalid,
            "Credentials must not be asked from “\(address)”.",
            hint: "AWS_CONTAINER_CREDENTIALS_FULL_URI takes https, or this machine's loopback address."
        )
    }
}
