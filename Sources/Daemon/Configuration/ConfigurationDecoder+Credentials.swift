internal import EventModel
internal import Settings

extension ConfigurationDecoder {
    /// `anonymous`, `{ profile: NAME }` or `{ access_key: …, secret_key: …, session_token: … }`; nil when
    /// wrong.
    mutating func decodeCredentials(_ node: ConfigNode) -> CredentialSource? {
        guard case .mapping = node.value, var reader = MappingReader(node, &diagnostics) else {
            if case .scalar("anonymous", _) = node.value { return .anonymous }
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be anonymous, { profile: NAME } or { access_key: …, secret_key: … }.",
                hint: "Leave it out to take what the environment, the profile files or the machine give.",
                at: node
            )
            return nil
        }
        let profile = reader.optional("profile")
        let accessKey = reader.optional("access_key")
        let secretKey = reader.optional("secret_key")
        let sessionToken = reader.optional("session_token")
        reader.finish(&diagnostics)
        if let profile {
            if let other = accessKey ?? secretKey ?? sessionToken {
                diagnostics.error(
                    .configInvalidValue,
                    "\(node.path) has a profile and keys.",
                    hint: "The profile names its own keys: leave one of the two out.",
                    at: other
                )
                return nil
            }
            return profile.text(&diagnostics).map { .profile($0) }
        }
        guard let accessKey, let secretKey else {
            let missing = accessKey == nil ? "access_key" : "secret_key"
            diagnostics.error(
                .configMissingKey,
                "\(node.displayPath) needs '\(missing)', or 'profile'.",
                hint: "Write for instance { access_key: { env: KEY }, secret_key: { env: SECRET } }.",
                at: node
            )
            return nil
        }
        let key = accessKey.text(&diagnostics)
        let secret = secretKey.secret(&diagnostics)
        let token = sessionToken.map { $0.secret(&diagnostics) }
        guard let key, let secret, token.map({ $0 != nil }) ?? true else { return nil }
        return .keys(accessKey: key, secretKey: secret, sessionToken: token ?? nil)
    }

    /// No two buckets of this file are one bucket of a store: each object belongs to one bucket.
    mutating func checkPlaces(_ buckets: [Named<BucketConfiguration>]) {
        var seen: [String: String] = [:]
        for bucket in buckets {
            guard case .s3(let place) = bucket.value?.place else { continue }
            guard let other = seen[place.text] else {
                seen[place.text] = bucket.entry.name
                continue
            }
            guard case .mapping(let settings) = bucket.entry.value.value,
                let node = settings.first(where: { $0.name == "s3" })?.value
            else { continue }
            diagnostics.error(
                .configOverlappingPaths,
                "The buckets '\(bucket.entry.name)' and '\(other)' are the same bucket at the same store.",
                hint: "Use one of the two names everywhere: each object belongs to one bucket.",
                at: node
            )
        }
    }
}
