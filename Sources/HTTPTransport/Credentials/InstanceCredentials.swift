internal import EventModel

/// What the metadata service of an EC2 instance lends to its role (version 2: "Use the Instance Metadata
/// Service to access instance metadata", Amazon EC2 User Guide).
struct InstanceCredentials: CredentialSource {
    private static let folder = "/latest/meta-data/iam/security-credentials/"
    /// Elsewhere than on an instance nobody answers, and often nobody refuses either.
    private static let timeout = Duration.seconds(1)
    private static let tries = 2

    /// What it is called in messages.
    let name = "instance metadata"
    private let surroundings: CredentialSurroundings

    /// Asks the service of these surroundings.
    init(_ surroundings: CredentialSurroundings) { self.surroundings = surroundings }

    /// Nil when metadata is switched off, when nobody answers, or when the instance has no role.
    func load() throws(SluiceError) -> Credentials? {
        if surroundings.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" { return nil }
        var endpoint = surroundings.metadataService
        if let url = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
            guard let own = HTTPEndpoint(url: url) else {
                throw SluiceError(
                    .credentialsInvalid,
                    "The metadata address “\(url)” is no http or https address.",
                    hint: "Correct AWS_EC2_METADATA_SERVICE_ENDPOINT."
                )
            }
            endpoint = own
        }
        guard let token = try token(endpoint) else { return nil }
        let list = try get(endpoint, Self.folder, token)
        if list.status == 404 { return nil }
        let text = String(decoding: list.body, as: UTF8.self)
        guard list.status == 200, let role = text.split(whereSeparator: \.isNewline).first else {
            throw LentCredentials.refused(name, "the status \(list.status) for its roles")
        }
        let path = Self.folder + HTTPRequest.encode(AWSProfiles.trimmed(role).utf8, keepingSlash: false)
        return try LentCredentials.json(try get(endpoint, path, token), from: name)
    }

    /// A token for the next requests; nil when this is no instance, or its metadata is off.
    private func token(_ endpoint: HTTPEndpoint) throws(SluiceError) -> String? {
        let request = HTTPRequest(
            method: "PUT",
            endpoint: endpoint,
            path: "/latest/api/token",
            headers: [HTTPField(name: "x-aws-ec2-metadata-token-ttl-seconds", value: "21600")],
            timeout: Self.timeout
        )
        for _ in 0..<Self.tries {
            // Nobody there is the usual case outside of EC2, and no failure: the chain says what is missing.
            guard let response = try? surroundings.sendDirectly(request) else { continue }
            if response.status == 200 {
                return AWSProfiles.trimmed(String(decoding: response.body, as: UTF8.self)[...])
            }
            if response.status < 500 { return nil }
        }
        return nil
    }

    private func get(
        _ endpoint: HTTPEndpoint,
        _ path: String,
        _ token: String
    ) throws(SluiceError) -> HTTPResponse {
        try surroundings.sendDirectly(
            HTTPRequest(
                endpoint: endpoint,
                path: path,
                headers: [HTTPField(name: "x-aws-ec2-metadata-token", value: token)],
                timeout: Self.timeout
            )
        )
    }
}
