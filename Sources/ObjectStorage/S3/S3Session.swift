internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization

/// Sends a bucket's requests: signs them, tries again where that may help, and turns refusals into errors.
final class S3Session: Sendable {
    private struct State {
        /// When credentials were last got anew.
        var refreshed: Duration?
        /// When the bucket last proved that it is there.
        var seen: Duration?
        /// When the store wants to be asked again at the earliest; only what is longer than the patience.
        var notBefore: Duration?
    }

    /// A store that asks for more rest is asked again after so long: a header that a proxy made must not keep
    /// a bucket away for a day.
    static let longestRest = Duration.seconds(300)

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
    private let storeClock: ServerClock
    private let state = Mutex(State())

    /// Speaks with one bucket's store.
    init(bucket: BucketName, settings: S3Settings, clock: any TimeSource, random: any RandomSource) {
        self.bucket = bucket
        self.settings = settings
        self.clock = clock
        self.random = random
        storeClock = ServerClock(clock)
        requests = S3Requests(address: S3Address(settings), limits: settings.limits)
    }

    /// Names what a request is about.
    func subject(_ verb: String, _ key: ObjectKey? = nil) -> S3Subject {
        S3Subject(verb: verb, key: key, bucket: bucket)
    }

    /// Sends a request and reads its answer, whole.
    ///
    /// `accepts` says which statuses are answers; all others are refusals. `whenUncertain` is called after a
    /// try that the store may have obeyed without saying so. `mayRepeat` is told of each problem, and says
    /// whether the request may be sent again for it.
    func send<Value: Sendable>(
        _ request: HTTPRequest,
        _ subject: S3Subject,
        bodyLimit: Int = 1 << 20,
        accepts: (Int) -> Bool = { (200..<300).contains($0) },
        whenUncertain: () -> Void = {},
        mayRepeat: (S3RetryPlan.Problem) -> Bool = { _ in true },
        read: (HTTPResponse) -> S3Reading<Value>
    ) async throws(SluiceError) -> Value {
        var request = request
        // One that is made for a stream must only not stand still; here all of it is waited for.
        request.timeout = request.timeout ?? settings.limits.transfer(max(request.body.count, bodyLimit))
        return try await perform(
            request,
            subject,
            mayRepeat
        ) { (signed) async throws(SluiceError) -> S3Reading<Value> in
            let response: HTTPResponse
            do throws(SluiceError) {
                response = try await settings.client.send(signed, bodyLimit: bodyLimit)
            } catch {
                if error.code != .transportUnreachable { whenUncertain() }
                throw error
            }
            guard accepts(response.status) else {
                if response.status >= 500 { whenUncertain() }
                return .refused(S3Refusal(response))
            }
            let reading = read(response)
            if case .value = reading, response.status < 300 { notice() }
            if case .garbled = reading { whenUncertain() }
            return reading
        }
    }

    /// Sends a request and returns when the head of its answer is there.
    func open(
        _ request: HTTPRequest,
        _ subject: S3Subject,
        window: Int,
        memory: StreamMemory
    ) async throws(SluiceError) -> HTTPStream {
        try await perform(request, subject) { (signed) async throws(SluiceError) -> S3Reading<HTTPStream> in
            let stream = try await settings.client.open(signed, window: window, memory: memory)
            if (200..<300).contains(stream.status) {
                notice()
                return .value(stream)
            }
            stream.cancel()
            let known = S3Refusal(status: stream.status, headers: stream.headers, body: [])
            switch known.kind {
            // The status says all of these; a store that was busy a moment ago would send the object now.
            case .busy, .conflict, .preconditionFailed, .invalidRange: return .refused(known)
            default: return try await explained(known, signed)
            }
        }
    }

    /// The words of a refusal of which the head is known: fetched by asking once more, whole, because nothing
    /// may block here.
    private func explained<Value: Sendable>(
        _ known: S3Refusal,
        _ signed: HTTPRequest
    ) async throws(SluiceError) -> S3Reading<Value> {
        do throws(SluiceError) {
            var limited = signed
            limited.timeout = settings.limits.small
            let response = try await settings.client.send(limited, bodyLimit: 1 << 20)
            if response.status < 300 { return .garbled("the store changed its mind") }
            return .refused(S3Refusal(response))
        } catch {
            // No refusal is as long: the object comes now.
            if error.code == .transportTooLarge { return .refused(known) }
            throw error
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
            try await letRest(subject)
            let now = storeClock.now
            let problem: S3RetryPlan.Problem
            do throws(SluiceError) {
                switch try await exchange(try await sign(request, at: now)) {
                case .value(let value): return value
                case .refused(let refusal) where refusal.isForeign(to: request.method):
                    problem = .failed(Self.foreign(refusal))
                case .refused(let refusal):
                    if !refusal.code.isEmpty, refusal.kind == .noKey { notice() }
                    if refusal.kind == .busy, let asked = refusal.retryAfter { postpone(asked) }
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
            case .correct(let date): storeClock.follow(date)
            }
        }
    }

    private static func foreign(_ refusal: S3Refusal) -> SluiceError {
        SluiceError(
            .transportFailed,
            "Something answered \(refusal.status) without a word of S3's.",
            hint: "Look whether the store runs behind the proxy or ingress that answers; check the endpoint."
        )
    }

    /// Remembers that the bucket answered.
    func notice() {
        let now = clock.uptime
        state.withLock { $0.seen = now }
    }

    /// How long ago the bucket proved that it is there; nil when it never did.
    var sinceNoticed: Duration? {
        let now = clock.uptime
        return state.withLock { $0.seen.map { now - $0 } }
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

    /// Remembers that the store wants rest, when no request waits for it.
    private func postpone(_ asked: Duration) {
        guard asked > S3RetryPlan.patience else { return }
        let until = clock.uptime + min(asked, Self.longestRest)
        state.withLock { $0.notBefore = max(until, $0.notBefore ?? until) }
    }

    /// Waits for the end of the rest that the store asked for; throws when that is not soon.
    private func letRest(_ subject: S3Subject) async throws(SluiceError) {
        guard let notBefore = state.withLock({ $0.notBefore }) else { return }
        let left = notBefore - clock.uptime
        if left <= .zero { return }
        guard left > S3RetryPlan.patience else { return try await pause(left, subject) }
        let until = clock.now.advanced(by: left)
        throw SluiceError(
            .storageUnavailable,
            "Did not \(subject): the store asked for rest until \(until).",
            hint: "It is overloaded or under maintenance; the work goes on by itself then."
        )
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
