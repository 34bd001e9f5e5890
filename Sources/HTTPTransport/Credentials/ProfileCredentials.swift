internal import EventModel

/// What a profile of the shared files says: keys, or a role and how it is assumed ("Assume role credential
/// provider", AWS SDKs and Tools Reference Guide).
struct ProfileCredentials: CredentialSource {
    /// How many profiles may lead to each other.
    private static let longestChain = 8

    private let surroundings: CredentialSurroundings
    private let wanted: String?

    /// Looks at that profile, else at that of `AWS_PROFILE`, else at `default`.
    init(_ surroundings: CredentialSurroundings, profile: String?) {
        self.surroundings = surroundings
        wanted = profile ?? surroundings.variable("AWS_PROFILE")
    }

    /// What it is called in messages.
    var name: String { "profile “\(wanted ?? "default")”" }

    /// Nil when nobody named the profile and `default` has no credentials; throws when a named one has none.
    func load() throws(SluiceError) -> Credentials? {
        let profiles = try AWSProfiles(surroundings)
        let found = try load(wanted ?? "default", profiles, passed: [])
        if found == nil, let wanted {
            throw invalid(
                wanted,
                "has no credentials",
                "Add aws_access_key_id and aws_secret_access_key to it."
            )
        }
        return found
    }

    private func load(
        _ name: String,
        _ profiles: AWSProfiles,
        passed: [String]
    ) throws(SluiceError) -> Credentials? {
        guard let profile = profiles.profile(name) else {
            if wanted == nil, passed.isEmpty { return nil }
            throw invalid(name, "does not exist", "Check AWS_PROFILE, AWS_CONFIG_FILE and the spelling.")
        }
        // A profile may be its own source: then its keys assume its role.
        if let arn = profile["role_arn"], passed.last != name {
            return try assume(arn, name, profile, profiles, passed)
        }
        let key = profile["aws_access_key_id"]
        let secret = profile["aws_secret_access_key"]
        if let key, let secret {
            let token = profile["aws_session_token"].map { Secret($0) }
            return Credentials(accessKey: key, secretKey: Secret(secret), sessionToken: token)
        }
        guard key == nil, secret == nil else {
            throw invalid(
                name,
                "has half of the keys",
                "Add aws_access_key_id and aws_secret_access_key to it."
            )
        }
        for unknown in ["credential_process", "sso_session", "sso_start_url", "login_session"]
        where profile[unknown] != nil {
            throw invalid(
                name,
                "uses \(unknown), which is not supported",
                "Put what 'aws configure export-credentials' prints into the environment."
            )
        }
        return nil
    }

    private func assume(
        _ arn: String,
        _ name: String,
        _ profile: AWSProfiles.Profile,
        _ profiles: AWSProfiles,
        _ passed: [String]
    ) throws(SluiceError) -> Credentials? {
        guard !passed.contains(name), passed.count < Self.longestChain else {
            throw invalid(name, "leads back to itself by source_profile", "Break the circle.")
        }
        let place = try StoreLocation(surroundings, profile: name)
        let service = SecurityTokenService(surroundings, region: profile["region"] ?? place.region)
        let role = SecurityTokenService.Role(
            arn: arn,
            session: profile["role_session_name"],
            externalID: profile["external_id"],
            durationSeconds: profile["duration_seconds"]
        )
        if let file = profile["web_identity_token_file"] {
            let token = try surroundings.text(of: file, "the web identity token")
            return try service.assume(role, webIdentityToken: token)
        }
        let origin: Credentials?
        if let source = profile["source_profile"] {
            origin = try load(source, profiles, passed: passed + [name])
        } else {
            origin = try source(profile["credential_source"], name).load()
        }
        guard let origin else {
            throw invalid(name, "has a source without credentials", "Give its source credentials.")
        }
        return try service.assume(role, with: origin)
    }

    private func source(_ word: String?, _ name: String) throws(SluiceError) -> any CredentialSource {
        switch word {
        case "Environment": return EnvironmentCredentials(surroundings)
        case "EcsContainer": return ContainerCredentials(surroundings)
        case "Ec2InstanceMetadata": return InstanceCredentials(surroundings)
        default:
            throw invalid(
                name,
                "has a role_arn but nothing to assume it with",
                "Add source_profile, credential_source or web_identity_token_file."
            )
        }
    }

    private func invalid(_ name: String, _ what: String, _ hint: String) -> SluiceError {
        SluiceError(.credentialsInvalid, "The profile “\(name)” \(what).", hint: hint)
    }
}
