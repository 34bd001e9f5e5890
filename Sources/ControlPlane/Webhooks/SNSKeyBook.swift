/// The keys of SNS's certificates by their URLs, and how many more may be asked for; pure.
///
/// Whoever knows the ARN of a topic can name URLs at will. So a key that has proved a message is pushed out
/// by none that has not, and only so many are asked for in a minute.
package struct SNSKeyBook<Key: Sendable>: Sendable {
    /// What to do about a URL.
    package enum Answer: Sendable {
        /// This is its key.
        case key(Key)
        /// There is none.
        case absent
        /// Ask for it, and say how that ended.
        case fetch
        /// It is being asked for.
        case underway
        /// It is not known, and too many were asked for lately.
        case tooMany
    }

    private typealias Entry = (url: String, key: Key?)

    /// At most so many keys of each kind are kept; AWS has one per region and changes it yearly.
    private let limit: Int
    /// So many are asked for within a minute.
    private let fetchesPerMinute: Int
    /// Have proved a message; the oldest first, at most `limit`.
    private var proven: [Entry] = []
    /// Have proved nothing yet, or are none; the oldest first, at most `limit`.
    private var others: [Entry] = []
    private var underway: Set<String> = []
    /// When something was asked for; at most `fetchesPerMinute`, the oldest first.
    private var fetches: [Duration] = []

    /// Knows nothing yet.
    package init(limit: Int = 64, fetchesPerMinute: Int = 10) {
        self.limit = limit
        self.fetchesPerMinute = fetchesPerMinute
    }

    /// Looks a URL up; with `.fetch` it is under way until `end`. O(limit).
    package mutating func look(for url: String, at uptime: Duration) -> Answer {
        if let known = proven.first(where: { $0.url == url }) ?? others.first(where: { $0.url == url }) {
            return known.key.map { .key($0) } ?? .absent
        }
        if underway.contains(url) { return .underway }
        fetches.removeAll { uptime - $0 >= .seconds(60) }
        guard fetches.count < fetchesPerMinute else { return .tooMany }
        fetches.append(uptime)
        underway.insert(url)
        return .fetch
    }

    /// Whether the URL is being asked for.
    package func isUnderway(_ url: String) -> Bool { underway.contains(url) }

    /// Nothing was heard of the URL; it may be asked for again.
    package mutating func end(_ url: String) { underway.remove(url) }

    /// What lies under the URL: a key, or nothing that is one.
    package mutating func end(_ url: String, found key: Key?) {
        underway.remove(url)
        others.append((url, key))
        if others.count > limit { others.removeFirst() }
    }

    /// The key under the URL has proved a message.
    package mutating func prove(_ url: String) {
        guard let index = others.firstIndex(where: { $0.url == url }) else { return }
        proven.append(others.remove(at: index))
        if proven.count > limit { proven.removeFirst() }
    }
}
