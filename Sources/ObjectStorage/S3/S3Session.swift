internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// Sends a bucket's requests: signs them, tries again where that may help, and turns refusals into errors.
final class S3Session: Sendable {
    private struct State {
        /// How far the store's clock is ahead of ours (trap L16).
        var clockOffset: Duration = .zero
        /// When credentials were last got anew.
        var refreshed: Duration?
        /// When the bucket last proved that it is there.
        var seen: Duration?
    }

    /// The bucket's configured name.
    let bucket: BucketName
    /// How it is reached.
    let settings: S3Settings
    /// Builds its requests.
    let requests: S3Requests
    /// Says when a request is signed.
    let clock: any TimeSource
    /// Spreads tries.
    let random: any RandomSource
    private let signer = SignatureV4()
    private let state = Mutex(State())

    /// Speaks with one bucket's store.
    init(bucket: BucketName, settings: S3Settings, clock: any TimeSource, random: any RandomSource) {
        self.bucket = bucket
        self.settings = settings
        self.clock = clock
        self.random = random
        requests = S3Requests(address: S3Address(settings))
    }

    /// Names what a request is about.
    func subject(_ verb: String, _ key: ObjectKey? = nil) -> S3Subject {
        S3Subject(verb: verb, key: key, bucket: bucket)
    }

    /// Sends a request and reads its answer, whole. `accepts` says which statuses are answers; all others are
    /// refusals. `mayRepeat` is told of each problem, and says whether the request may be sent again for it.
    func send<Value: Sendable>(
        _ request: HTTPRequest,
        _ subject: S3Subject,
        bodyLimit: Int = 1 << 20,
        accepts: (Int) -> Bool = { (200..<300).contains($0) },
        mayRepeat: (S3RetryPlan.Problem) -> Bool = { _ in true },
        read: (HTTPResponse) -> S3Reading<Value>
    ) async throws(SluiceError) -> Value {
        try await perform(request, subject, mayRepeat) {
            (signed) async throws(SluiceError) -> S3Reading<Value> in
            let response = try await settings.client.send(signed, bodyLimit: bodyLimit)
            guard accepts(response.status) else { return .refused(S3Refusal(response)) }
            return read(response)
        }
    }

    /// Sends a request and returns when the head of its answer is there.
    func open(
        _ request: HTTPRequest,
        _ subject: S3Subject,
        window: Int
    ) async throws(SluiceError) -> HTTPStream {
        try await perform(request, subject) { (signed) async throws(SluiceError) -> S3Reading<HTTPStream> in
            let stream = try await settings.client.open(signed, window: window)
            if (200..<300).contains(stream.status) { return .value(stream) }
            stream.cancel()
            let known = S3Refusal(status: stream.status, headers: stream.headers, body: [])
            if known.kind == .preconditionFailed || known.kind == .invalidRange { return .refused(known) }
            // The words of another refusal are fetched by asking once more, whole: nothing may block here.
            let response = try await settings.client.send(signed, bodyLimit: max(window, 1 << 20))
            if (200..<300).contains(response.status) { return .garbled("the store changed its mind") }
            return .refused(S3Refusal(response))
        }
    }

    private func perform<Value: Sendable>(
        _ request: HTTPRequest,
        _ subject: S3Subject,
        _ mayRepeat: (S3RetryPlan.Problem) -> Bool = { _ in true },
        _ exchange: (HTTPRequest) async throws(SluiceError) -> S3Reading<Value>
    ) async throws(SluiceError) -> Value {
        var plan = S3RetryPlan()
        while true {
            let now = clock.now.advanced(by: state.withLock { $0.clockOffset })
            let problem: S3RetryPlan.Problem
            do throws(SluiceError) {
                switch try await exchange(try await sign(request, at: now)) {
                case .value(let value):
                    notice()
                    return value
                case .refused(let refusal):
                    if !refusal.code.isEmpty, refusal.kind == .noKey { notice() }
                    problem = .refused(refusal)
                case .garbled(let reason): problem = .garbled(reason)
                }
            } catch {
                problem = .failed(error)
            }
            let isRepeatable = mayRepeat(problem)
            switch plan.step(
                after: problem,
                at: clock.uptime,
                signedAt: now,
                fraction: random.fraction()
            ) {
            case .giveUp: throw problem.error(subject)
            case .again where !isRepeatable: throw problem.error(subject)
            case .again(let wait): try await pause(wait, subject)
            case .refresh: await refresh()
            case .correct(let date):
                let offset = date.elapsed(since: clock.now)
                state.withLock { $0.clockOffset = offset }
            }
        }
    }

    /// Over TLS the payload is protected already; else the signature covers it (trap S17).
    private func sign(_ request: HTTPRequest, at now: Timestamp) async throws(SluiceError) -> HTTPRequest {
        guard let credentials = try await settings.credentials.credentials() else { return request }
        var signed = request
        signer.sign(
            &signed,
            with: credentials,
            region: requests.address.region,
            service: "s3",
            payload: request.endpoint.isTLS ? .unsigned : .computed,
            at: now
        )
        return signed
    }

    /// Waits between two tries.
    func pause(_ wait: Duration, _ subject: S3Subject) async throws(SluiceError) {
        do {
            try await clock.sleep(for: wait)
        } catch {
            throw SluiceError(.cancelled, "Told to end while asked to \(subject).")
        }
    }

    /// Many requests may fail at once for one expired token: it is thrown away once.
    private func refresh() async {
        let now = clock.uptime
        let isDue = state.withLock { state in
            if let refreshed = state.refreshed, now - refreshed < .seconds(5) { return false }
            state.refreshed = now
            return true
        }
        if isDue { await settings.credentials.invalidate() }
    }
}

/// Whether the bucket is there at all.
extension S3Session {
    /// Remembers that the bucket answered.
    private func notice() {
        let now = clock.uptime
        state.withLock { $0.seen = now }
    }

    /// Throws `storage.bucket-missing` when there is no such bucket. HEAD of an object answers 404 for that
    /// as well; taken for a missing object, every delivery would be skipped as gone.
    func checkBucket() async throws(SluiceError) {
        let now = clock.uptime
        if let seen = state.withLock({ $0.seen }), now - seen < .seconds(5) { return }
        let isThere = try await send(
            requests.headBucket(),
            subject("look for"),
            accepts: { $0 < 300 || $0 == 404 || $0 == 403 },
            read: { .value($0.status != 404) }
        )
        if isThere { return notice() }
        throw SluiceError(
            .storageBucketMissing,
            "There is no bucket “\(settings.bucketName)” for “\(bucket)”.",
            hint: "Make the bucket, or correct its name and the endpoint."
        )
    }

    /// What the store says of an object now; nil when there is none.
    func head(_ key: ObjectKey) async throws(SluiceError) -> S3Head? {
        do throws(SluiceError) {
            return try await send(requests.head(key), subject("look at", key)) { response in
                S3Answers.info(response, key)
            }
        } catch {
            guard error.code == .storageNotFound else { throw error }
            try await checkBucket()
            return nil
        }
    }
}
