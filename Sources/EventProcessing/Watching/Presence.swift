package import EventModel
package import ObjectStorage

/// Finds the keys of one bucket that the ledger has as present and that two complete listings in a row did
/// not show, both begun after the key was last observed (traps L05, L11); pure.
///
/// What it says is a question, not an answer: a look at the store decides, as for every hint.
///
/// Memory: while a listing runs, 8 bytes per listed key (up to 16 while the array grows, and once more for a
/// key that is new); between two listings, about 20 bytes per key that is missing. Keys are 64-bit hashes
/// under a key of this process (`Hasher`). Two keys with one hash can at worst keep one of them from being
/// missed until the next boot: among 10^6 keys a chance of 1 in 30 million.
package struct Presence: Sendable {
    /// At most so many keys are remembered: 128 MiB. A larger bucket is scanned, and nothing in it is missed.
    package let limit: Int
    /// What the running listing showed; sorted once `isComplete`, elsewhere when `isClosed`.
    private var shown: [UInt64] = []
    /// What was observed since the running listing was closed.
    private var late: Set<UInt64> = []
    /// Entries of the running listing that are no objects: nothing is known of what lies below them.
    private var closed: Set<UInt64> = []
    /// What the last complete listing did not show and nobody observed since.
    private var missing: Set<UInt64> = []
    /// What the complete listing that is being judged did not show.
    private var newlyMissing: Set<UInt64> = []
    private var isListing = false
    private var isClosed = false
    private var isComplete = false
    /// Whether the running listing showed more than `limit` keys.
    package private(set) var isTooLarge = false

    /// Knows nothing yet.
    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// A listing begins; one that was not complete is forgotten.
    package mutating func begin() {
        forget()
        isListing = true
    }

    /// A page of the running listing.
    package mutating func show(_ page: [ListEntry]) {
        for entry in page {
            switch entry {
            case .object(let info): add(Self.hash(info.key.bytes[...]))
            case .ineligible(let key, _): closed.insert(Self.hash(key.bytes[...]))
            }
        }
        if closed.count > limit { isTooLarge = true }
    }

    /// A key was observed to be there: only listings that begin after this count against it.
    package mutating func observed(_ key: ObjectKey) {
        guard isListing || !missing.isEmpty else { return }
        let hash = Self.hash(key.bytes[...])
        missing.remove(hash)
        newlyMissing.remove(hash)
        if isClosed {
            late.insert(hash)
        } else if isListing {
            add(hash)
        }
    }

    private mutating func add(_ hash: UInt64) {
        guard shown.count < limit else { return isTooLarge = true }
        shown.append(hash)
    }

    /// The listing is at its end: hands out what it showed, to be sorted without holding up observers.
    package mutating func close() -> [UInt64] {
        defer { shown = [] }
        isClosed = true
        return shown
    }

    /// Takes back what `close` handed out, sorted: keys can be judged by it.
    package mutating func complete(_ sorted: [UInt64]) {
        guard isClosed else { return }
        shown = sorted
        isComplete = true
    }

    /// Those of the ledger's present keys that this listing and the one before did not show. O(log n) a key.
    package mutating func judge(_ keys: [ObjectKey]) -> [ObjectKey] {
        guard isComplete, !isTooLarge else { return [] }
        return keys.filter { key in
            let hash = Self.hash(key.bytes[...])
            if late.contains(hash) || isShown(hash) || isHidden(key) { return false }
            if missing.contains(hash) { return true }
            // What finds no place is found missing later.
            if newlyMissing.count < limit { newlyMissing.insert(hash) }
            return false
        }
    }

    /// All present keys were judged: what is missing now is remembered for the next listing. A key that was
    /// asked for begins anew.
    package mutating func end() {
        let found = newlyMissing
        forget()
        missing = found
    }

    /// Forgets the running listing.
    private mutating func forget() {
        (shown, late, closed, newlyMissing) = ([], [], [], [])
        (isListing, isClosed, isComplete, isTooLarge) = (false, false, false, false)
    }

    private func isShown(_ hash: UInt64) -> Bool {
        var low = 0
        var high = shown.count
        while low < high {
            let middle = (low + high) / 2
            if shown[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < shown.count && shown[low] == hash
    }

    /// Whether the key, or a directory above it, was listed as no object: a directory that cannot be read
    /// may still hold it.
    private func isHidden(_ key: ObjectKey) -> Bool {
        if closed.isEmpty { return false }
        if closed.contains(Self.hash(key.bytes[...])) { return true }
        return key.bytes.indices.contains { index in
            key.bytes[index] == UInt8(ascii: "/") && closed.contains(Self.hash(key.bytes[..<index]))
        }
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hasher = Hasher()
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
