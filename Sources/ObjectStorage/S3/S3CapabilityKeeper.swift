internal import EventModel
internal import Execution
internal import HTTPTransport

/// Knows what a bucket's store does: from memory, from the capability store, or by trying it out, once for
/// all who ask at the same time.
actor S3CapabilityKeeper {
    /// So long a finding is good.
    static let lifetime = Duration.seconds(30 * 86_400)
    /// So long the least is assumed after the store refused to be tried out, or to tag what was put.
    private static let refusalLifetime = Duration.seconds(3600)

    private let session: S3Session
    private let store: any CapabilityStore
    private var known: (capabilities: S3Capabilities, until: Timestamp)?
    private var search: Task<Result<S3Capabilities, SluiceError>, Never>?

    /// Knows nothing yet.
    init(session: S3Session, store: any CapabilityStore) {
        self.session = session
        self.store = store
    }

    /// What the store does. With `probes` off, the least.
    func current() async throws(SluiceError) -> S3Capabilities {
        guard session.settings.probes else { return S3Capabilities() }
        let now = session.clock.now
        if let known, known.until > now { return known.capabilities }
        let search = search ?? Task { await Result.of { () async throws(SluiceError) in try await find() } }
        self.search = search
        let result = await search.value
        self.search = nil
        return try result.get()
    }

    /// What is known without asking the store; the least when nothing is.
    func remembered() async -> S3Capabilities {
        guard session.settings.probes else { return S3Capabilities() }
        if let known, known.until > session.clock.now { return known.capabilities }
        // A memory that fails is as good as none here.
        guard let finding = try? await store.recall(name) else { return S3Capabilities() }
        let until = end(of: finding)
        guard until > session.clock.now else { return S3Capabilities() }
        known = (finding.capabilities, until)
        return finding.capabilities
    }

    /// Tries the store out now, whatever is remembered.
    func probe() async throws(SluiceError) -> S3Capabilities {
        let found = try await S3Probe(session: session).run()
        let finding = RememberedCapabilities(capabilities: found, found: session.clock.now)
        known = (found, end(of: finding))
        try await store.remember(finding, as: name)
        return found
    }

    /// So long a finding is good. A permission to tag may be given at any time; of AWS it is not asked for.
    private func end(of finding: RememberedCapabilities) -> Timestamp {
        let isRefused = finding.capabilities.tagging == .unknown && session.settings.endpoint != nil
        return finding.found.advanced(by: isRefused ? Self.refusalLifetime : Self.lifetime)
    }

    private var name: String {
        let address = session.requests.address
        return "\(address.endpoint.authority)/\(address.bucketName)"
    }

    private func find() async throws(SluiceError) -> S3Capabilities {
        let now = session.clock.now
        if let remembered = try await store.recall(name) {
            let until = end(of: remembered)
            if until > now {
                known = (remembered.capabilities, until)
                return remembered.capabilities
            }
        }
        do throws(SluiceError) {
            return try await probe()
        } catch {
            // A policy may allow only the keys of outputs: then the least is assumed for a while.
            // Nor may an upload that gets lost on the way be laid to an output that was only to be staged.
            switch error.code {
            case .storageAccessDenied, .storageRefused, .storageStagedGone, .storageNotFound: break
            default: throw error
            }
            known = (S3Capabilities(), now.advanced(by: Self.refusalLifetime))
            return S3Capabilities()
        }
    }
}
