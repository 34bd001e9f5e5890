internal import EventModel

/// AWS STS, which lends the credentials of a role.
struct SecurityTokenService {
    /// What role is asked for.
    struct Role {
        /// `arn:aws:iam::…:role/…`.
        let arn: String
        /// Stands in the store's logs; `sluice` when nobody named it.
        var session: String?
        /// What the role's owner may ask for against the confused deputy.
        var externalID: String?
        /// How long the credentials shall last; the service's own default when nil.
        var durationSeconds: String?
    }

    private static let version = "2011-06-15"
    private static let timeout = Duration.seconds(10)

    private let surroundings: CredentialSurroundings
    private let region: String?

    /// Asks the service of a region, or the one for the whole world when there is none.
    init(_ surroundings: CredentialSurroundings, region: String?) {
        self.surroundings = surroundings
        self.region = region
    }

    /// A role for whoever holds a token of an identity provider ("AssumeRoleWithWebIdentity", AWS STS API
    /// Reference); not signed.
    func assume(_ role: Role, webIdentityToken token: String) throws(SluiceError) -> Credentials {
        var fields = fields("AssumeRoleWithWebIdentity", role)
        fields.append(HTTPField(name: "WebIdentityToken", value: token))
        let request = try request(fields)
        return try LentCredentials.xml(try surroundings.send(request), from: "STS for \(role.arn)")
    }

    /// A role for whoever has credentials that may assume it ("AssumeRole", AWS STS API Reference).
    func assume(_ role: Role, with credentials: Credentials) throws(SluiceError) -> Credentials {
        var request = try request(fields("AssumeRole", role))
        SignatureV4().sign(
            &request,
            with: credentials,
            region: region ?? "us-east-1",
            service: "sts",
            payload: .computed,
            at: surroundings.now()
        )
        return try LentCredentials.xml(try surroundings.send(request), from: "STS for \(role.arn)")
    }

    private func fields(_ action: String, _ role: Role) -> [HTTPField] {
        var fields = [
            HTTPField(name: "Action", value: action),
            HTTPField(name: "Version", value: Self.version),
            HTTPField(name: "RoleArn", value: role.arn),
            HTTPField(name: "RoleSessionName", value: role.session ?? "sluice"),
        ]
        if let id = role.externalID { fields.append(HTTPField(name: "ExternalId", value: id)) }
        if let seconds = role.durationSeconds {
            fields.append(HTTPField(name: "DurationSeconds", value: seconds))
        }
        return fields
    }

    /// The parameters are a form in the body, so that tokens stay out of addresses and logs.
    private func request(_ fields: [HTTPField]) throws(SluiceError) -> HTTPRequest {
        let form = fields.map { field in
            "\(field.name)=\(HTTPRequest.encode(field.value.utf8, keepingSlash: false))"
        }
        return HTTPRequest(
            method: "POST",
            endpoint: try endpoint(),
            headers: [
                HTTPField(name: "content-type", value: "application/x-www-form-urlencoded; charset=utf-8"),
                HTTPField(name: "accept", value: "application/xml"),
            ],
            body: Array(form.joined(separator: "&").utf8),
            timeout: Self.timeout
        )
    }

    /// "AWS STS regional endpoints", AWS SDKs and Tools Reference Guide.
    private func endpoint() throws(SluiceError) -> HTTPEndpoint {
        if let own = surroundings.tokenService { return own }
        if let url = surroundings.variable("AWS_ENDPOINT_URL_STS")
            ?? surroundings.variable("AWS_ENDPOINT_URL")
        {
            if let endpoint = HTTPEndpoint(url: url) { return endpoint }
            throw SluiceError(
                .credentialsInvalid,
                "The endpoint “\(url)” of the environment is no http or https address.",
                hint: "Correct AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL."
            )
        }
        guard let region else { return HTTPEndpoint(isTLS: true, host: "sts.amazonaws.com", port: 443) }
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return HTTPEndpoint(isTLS: true, host: "sts.\(region).\(domain)", port: 443)
    }
}
