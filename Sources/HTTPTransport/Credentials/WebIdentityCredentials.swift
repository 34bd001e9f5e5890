internal import EventModel

/// A role for the token in a file, which a cluster renews (`AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`).
struct WebIdentityCredentials: CredentialSource {
    /// What it is called in messages.
    let name = "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)"
    private let surroundings: CredentialSurroundings

    /// Reads the variables and the file of these surroundings.
    init(_ surroundings: CredentialSurroundings) { self.surroundings = surroundings }

    /// Nil when no token file is named; throws when there is no role for it.
    func load() throws(SluiceError) -> Credentials? {
        guard let file = surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
        guard let arn = surroundings.variable("AWS_ROLE_ARN") else {
            throw SluiceError(
                .credentialsInvalid,
                "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.",
                hint: "Set AWS_ROLE_ARN to the role that the token is for."
            )
        }
        let token = try surroundings.text(of: file, "the web identity token")
        let place = try StoreLocation(surroundings)
        let role = SecurityTokenService.Role(
            arn: arn,
            session: surroundings.variable("AWS_ROLE_SESSION_NAME")
        )
        return try SecurityTokenService(surroundings, region: place.region)
            .assume(role, webIdentityToken: token)
    }
}
