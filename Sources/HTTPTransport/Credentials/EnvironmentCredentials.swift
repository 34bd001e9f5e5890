internal import EventModel

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and perhaps `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialSource {
    /// What it is called in messages.
    let name = "environment (AWS_ACCESS_KEY_ID)"
    private let surroundings: CredentialSurroundings

    /// Reads these variables.
    init(_ surroundings: CredentialSurroundings) { self.surroundings = surroundings }

    /// Nil when neither key is set; throws when only one is.
    func load() throws(SluiceError) -> Credentials? {
        let key = surroundings.variable("AWS_ACCESS_KEY_ID")
        let secret = surroundings.variable("AWS_SECRET_ACCESS_KEY")
        if key == nil, secret == nil { return nil }
        guard let key, let secret else {
            let missing = key == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"
            throw SluiceError(
                .credentialsInvalid,
                "The environment holds half of the credentials: \(missing) is not set.",
                hint: "Set \(missing), or unset the other one."
            )
        }
        let token = surroundings.variable("AWS_SESSION_TOKEN").map { Secret($0) }
        return Credentials(accessKey: key, secretKey: Secret(secret), sessionToken: token)
    }
}
