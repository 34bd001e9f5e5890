public import EventModel

extension SluiceError.Code {
    /// JSON that cannot be read or written.
    public static let apiCoding = Self("api.invalid-json", .usage)
    /// No such route, or no such delivery, trigger or bucket.
    public static let apiNotFound = Self("api.not-found", .usage)
    /// The route exists for another method.
    public static let apiMethod = Self("api.method-not-allowed", .usage)
    /// A parameter is missing or cannot be read.
    public static let apiParameter = Self("api.invalid-parameter", .usage)
    /// The body is longer than the route takes.
    public static let apiTooLarge = Self("api.body-too-large", .usage)
    /// The body is of a type that the route does not take (trap S04).
    public static let apiMediaType = Self("api.unsupported-media-type", .usage)
    /// No token, or a wrong one.
    public static let apiUnauthorized = Self("api.unauthorized", .usage)
    /// The request came through a page that is not ours (trap S05), or asks for what only the owner of the
    /// state directory may have.
    public static let apiForbidden = Self("api.forbidden", .usage)
    /// The name in `Host` is not ours (trap S05).
    public static let apiMisdirected = Self("api.misdirected-host", .usage)
    /// The API cannot be bound to its socket or address.
    public static let apiBind = Self("api.bind-failed", .usage)
}
