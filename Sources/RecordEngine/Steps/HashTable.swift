/// A bounded table from hashes to numbers, without a pointer per entry: open addressing, linear probing, at
/// most half full.
///
/// Invariant: every entry lies at or behind its hash's own place, with no gap between the two.
struct HashTable {
    /// A hash and what it stands for; `number` 0 is an empty place.
    private struct Entry {
        var hash = StableHash()
        var number: UInt64 = 0
    }

    /// The most entries that it takes.
    let limit: Int
    private(set) var count = 0
    private var entries: [Entry]

    /// An empty table for at most `limit` entries; grows as they come.
    init(limit: Int) {
        self.limit = limit
        entries = [Entry](repeating: Entry(), count: 1_024)
    }

    /// Whether it takes no further hash.
    var isFull: Bool { count >= limit }

    /// What a hash stands for; 0 where it is not there.
    func number(of hash: StableHash) -> UInt64 { entries[place(of: hash)].number }

    /// Lets a hash stand for a number other than 0; there is room, or the hash is there already.
    mutating func set(_ hash: StableHash, _ number: UInt64) {
        var place = place(of: hash)
        if entries[place].number == 0 {
            if (count + 1) * 2 > entries.count {
                grow()
                place = self.place(of: hash)
            }
            count += 1
        }
        entries[place] = Entry(hash: hash, number: number)
    }

    /// Takes a hash out.
    ///
    /// The entries behind it move up where their own place allows (Knuth, The Art of Computer Programming,
    /// volume 3, section 6.4, algorithm R).
    mutating func remove(_ hash: StableHash) {
        var gap = place(of: hash)
        if entries[gap].number == 0 { return }
        count -= 1
        let mask = entries.count - 1
        var next = (gap + 1) & mask
        while entries[next].number != 0 {
            let home = home(of: entries[next].hash)
            if (next &- home) & mask >= (next &- gap) & mask {
                entries[gap] = entries[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        entries[gap] = Entry()
    }

    private func home(of hash: StableHash) -> Int {
        Int(truncatingIfNeeded: hash.low) & (entries.count - 1)
    }

    /// Where the hash is, or where it would be put.
    private func place(of hash: StableHash) -> Int {
        var place = home(of: hash)
        while entries[place].number != 0, entries[place].hash != hash {
            place = (place + 1) & (entries.count - 1)
        }
        return place
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: old.count * 2)
        for entry in old where entry.number != 0 { entries[place(of: entry.hash)] = entry }
    }
}
