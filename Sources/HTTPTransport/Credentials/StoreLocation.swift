public import EventModel

/// Region and endpoint as environment and profile name them, for buckets whose configuration does not.
public struct StoreLocation: Sendable, Hashable {
    /// `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the profile's `region`.
    public let region: String?
    /// `AWS_ENDPOINT_URL_S3`, then `AWS_ENDPOINT_URL`, then the profile's `endpoint_url`
    /// ("Service-specific endpoints", AWS SDKs and Tools Reference Guide), as it was written.
    public let endpoint: String?

    /// Looks in variables and in profile files; the profile is that of `AWS_PROFILE` when none is named.
    ///
    /// A profile that is not there has no settings. Throws `credentials.invalid` when a file cannot be read.
    public init(_ surroundings: CredentialSurroundings, profile name: String? = nil) throws(SluiceError) {
        let region = surroundings.variable("AWS_REGION") ?? surroundings.variable("AWS_DEFAULT_REGION")
        let endpoint =
            surroundings.variable("AWS_ENDPOINT_URL_S3") ?? surroundings.variable("AWS_ENDPOINT_URL")
        let name = name ?? surroundings.variable("AWS_PROFILE") ?? "default"
        let needsProfile = region == nil || endpoint == nil
        let profile = needsProfile ? try AWSProfiles(surroundings).profile(name) : nil
        self.region = region ?? profile?["region"]
        self.endpoint = endpoint ?? profile?["endpoint_url"]
    }
}
