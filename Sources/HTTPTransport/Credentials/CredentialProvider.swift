public import EventModel

/// Knows what to sign with, now.
public protocol CredentialProvider: Sendable {
    /// Credentials that are good now; nil: requests are not signed.
    func credentials() async throws(SluiceError) -> Credentials?
    /// The same for a thread of ours: blocks it while credentials are fetched.
    func credentialsHere() throws(SluiceError) -> Credentials?
    /// Says that a store refused what was given out last: it is fetched again, where there is something to
    /// fetch.
    func invalidateHere()
}

extension CredentialProvider {
    /// As `invalidateHere`; never waits.
    public func invalidate() async { invalidateHere() }
}

/// Credentials that somebody wrote down.
public struct StaticCredentials: CredentialProvider {
    private let value: Credentials

    /// Gives out the same credentials always.
    public init(_ value: Credentials) { self.value = value }

    /// What was written down.
    public func credentials() async throws(SluiceError) -> Credentials? { value }
    /// What was written down.
    public func credentialsHere() throws(SluiceError) -> Credentials? { value }
    /// Changes nothing: there is nothing to fetch.
    public func invalidateHere() {}
}

/// For buckets that everybody may read: requests are not signed.
public struct AnonymousCredentials: CredentialProvider {
    /// Makes the provider.
    public init() {}

    /// Always nil.
    public func credentials() async throws(SluiceError) -> Credentials? { nil }
    /// Always nil.
    public func credentialsHere() throws(SluiceError) -> Credentials? { nil }
    /// Changes nothing.
    public func invalidateHere() {}
}

/// One place where credentials may lie.
package protocol CredentialSource: Sendable {
    /// What it is called in messages.
    var name: String { get }
    /// Fetches credentials and blocks meanwhile; nil when there are none of this kind here.
    func load() throws(SluiceError) -> Credentials?
}
