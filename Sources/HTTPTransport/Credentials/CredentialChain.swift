public import EventModel
public import Execution

/// The first place that has credentials, asked again before they expire.
///
/// The places and their order are those of the AWS SDKs ("Standardized credential providers", AWS SDKs and
/// Tools Reference Guide): environment, web identity, profile files, container, instance metadata. Where none
/// has any, that is an error: nothing is sent unsigned unless anonymous access is asked for.
public final class CredentialChain: CredentialProvider {
    private struct State: Sendable {
        var cache = CredentialCache()
        var waiters: [CheckedContinuation<Result<Credentials, SluiceError>, Never>] = []
    }

    private let sources: [any CredentialSource]
    private let time: any TimeSource
    private let state = Monitor(State())

    /// Looks in all places, or with a profile only there; reads nothing yet.
    public convenience init(
        _ surroundings: CredentialSurroundings,
        profile: String? = nil,
        time: any TimeSource
    ) {
        let profiles = ProfileCredentials(surroundings, profile: profile)
        self.init(
            sources: profile != nil
                ? [profiles]
                : [
                    EnvironmentCredentials(surroundings), WebIdentityCredentials(surroundings), profiles,
                    ContainerCredentials(surroundings), InstanceCredentials(surroundings),
                ],
            time: time
        )
    }

    /// Looks in these places, in order.
    init(sources: [any CredentialSource], time: any TimeSource) {
        self.sources = sources
        self.time = time
    }

    /// Credentials that are good now, fetched on a thread of our own where needed; never nil.
    ///
    /// Throws `credentials.missing` when no place has any, and what a place throws that has but cannot give
    /// them.
    public func credentials() async throws(SluiceError) -> Credentials? {
        switch ask() {
        case .use(let credentials): return credentials
        case .refresh: return try await refresh()
        case .wait(let round):
            let result = await withCheckedContinuation { waiter in
                let early = state.withLock { state -> Result<Credentials, SluiceError>? in
                    if state.cache.round > round { return state.cache.last }
                    state.waiters.append(waiter)
                    return nil
                }
                if let early { waiter.resume(returning: early) }
            }
            return try result.get()
        }
    }

    /// As `credentials()`, on the calling thread, which it may block; never nil.
    public func credentialsHere() throws(SluiceError) -> Credentials? {
        switch ask() {
        case .use(let credentials): return credentials
        case .refresh: return try refreshHere().get()
        case .wait(let round):
            return try state.wait { $0.cache.round > round ? $0.cache.last : nil }.get()
        }
    }

    /// Fetches anew at the next call; what is at hand is used on where that fails.
    public func invalidateHere() {
        let uptime = time.uptime
        state.withLock { $0.cache.doubt(uptime: uptime) }
    }

    private func ask() -> CredentialCache.Action {
        let (now, uptime) = (time.now, time.uptime)
        return state.withLock { $0.cache.ask(now: now, uptime: uptime) }
    }

    private func refresh() async throws(SluiceError) -> Credentials {
        let result = await withCheckedContinuation { continuation in
            do throws(SluiceError) {
                try NativeThread.start(name: "credentials", stackBytes: NativeThread.fullStackBytes) {
                    continuation.resume(returning: self.refreshHere())
                }
            } catch {
                continuation.resume(returning: finish(.failure(error)))
            }
        }
        return try result.get()
    }

    private func refreshHere() -> Result<Credentials, SluiceError> {
        finish(Result { () throws(SluiceError) in try load() })
    }

    private func finish(_ result: Result<Credentials, SluiceError>) -> Result<Credentials, SluiceError> {
        let (now, uptime) = (time.now, time.uptime)
        let (outcome, waiters) = state.withLock { state in
            let outcome = state.cache.finish(result, now: now, uptime: uptime)
            let waiters = state.waiters
            state.waiters = []
            return (outcome, waiters)
        }
        state.wakeAll()
        for waiter in waiters { waiter.resume(returning: outcome) }
        return outcome
    }

    /// Whatever goes wrong here is no fault of the object that credentials are wanted for: an outage.
    private func load(_ source: any CredentialSource) throws(SluiceError) -> Credentials? {
        do throws(SluiceError) {
            return try source.load()
        } catch {
            guard error.code.blame != .outage else { throw error }
            throw SluiceError(
                .credentialsRefused,
                "No credentials came from \(source.name): \(error.message)",
                hint: error.hint,
                cause: error
            )
        }
    }

    private func load() throws(SluiceError) -> Credentials {
        for source in sources {
            guard let found = try load(source) else { continue }
            if let expires = found.expires, expires <= time.now {
                throw SluiceError(
                    .credentialsRefused,
                    "The credentials from \(source.name) expired at \(expires).",
                    hint: "Check this machine's clock, and who renews them."
                )
            }
            return found
        }
        let places = sources.map(\.name).joined(separator: ", ")
        throw SluiceError(
            .credentialsMissing,
            "No credentials were found; looked at: \(places).",
            hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `credentials:` of the bucket; "
                + "`credentials: anonymous` reads public buckets."
        )
    }
}

extension SluiceError.Code {
    /// No place has credentials.
    public static let credentialsMissing = Self("credentials.missing", .outage)
    /// A place has credentials, but what it says about them cannot be used.
    public static let credentialsInvalid = Self("credentials.invalid", .outage)
    /// Who lends credentials gives none, or none that are good.
    public static let credentialsRefused = Self("credentials.refused", .outage)
}
