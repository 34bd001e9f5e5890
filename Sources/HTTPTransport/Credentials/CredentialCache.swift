internal import EventModel

/// When credentials are used, fetched, or waited for; decides, and does nothing itself.
///
/// One caller at a time fetches. Who comes meanwhile uses what is there while it is good, else waits.
struct CredentialCache: Sendable {
    /// What a caller does.
    enum Action: Equatable {
        /// Sign with these.
        case use(Credentials)
        /// Fetch new ones, then call `finish`.
        case refresh
        /// Another caller fetches: wait until `round` has passed this one.
        case wait(round: Int)
    }

    /// Fetched this long before they expire.
    static let margin = Duration.seconds(300)
    /// After a fetch that failed, or that brought credentials that expire within the margin, those at hand
    /// are used this long before the next one.
    static let pause = Duration.seconds(30)
    /// Doubts within this time of a fetch are about what was there before it.
    static let doubtPause = Duration.seconds(1)

    /// How many fetches have ended.
    private(set) var round = 0
    /// How the last fetch ended: what its waiters get.
    private(set) var last: Result<Credentials, SluiceError>?
    private var current: Credentials?
    private var isRefreshing = false
    private var isDoubted = false
    private var nextTry = Duration.zero
    private var loadedAt = Duration.zero

    /// A caller needs credentials; `uptime` is that of the same clock as `now`.
    mutating func ask(now: Timestamp, uptime: Duration) -> Action {
        if let current, Self.isGood(current, now) {
            let isDue = isDoubted || !Self.isGood(current, now.advanced(by: Self.margin))
            if !isDue || uptime < nextTry { return .use(current) }
            if isRefreshing { return isDoubted ? .wait(round: round) : .use(current) }
        } else if isRefreshing {
            return .wait(round: round)
        }
        isRefreshing = true
        return .refresh
    }

    /// The fetch has ended; returns what its caller, and all who waited, get.
    ///
    /// A failure is hidden while what is at hand is good.
    mutating func finish(
        _ result: Result<Credentials, SluiceError>,
        now: Timestamp,
        uptime: Duration
    ) -> Result<Credentials, SluiceError> {
        isRefreshing = false
        round += 1
        nextTry = uptime + Self.pause
        var outcome = result
        switch result {
        case .success(let loaded):
            current = loaded
            isDoubted = false
            loadedAt = uptime
        case .failure:
            if let current, Self.isGood(current, now) { outcome = .success(current) }
        }
        last = outcome
        return outcome
    }

    /// A store refused what is at hand.
    mutating func doubt(uptime: Duration) {
        guard current != nil, !isRefreshing, uptime >= loadedAt + Self.doubtPause else { return }
        isDoubted = true
        nextTry = .zero
    }

    private static func isGood(_ credentials: Credentials, _ moment: Timestamp) -> Bool {
        credentials.expires.map { moment < $0 } ?? true
    }
}
