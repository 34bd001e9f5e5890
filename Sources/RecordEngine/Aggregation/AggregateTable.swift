internal import Glibc

/// Groups and their states: what one block, one object or many objects were folded into.
///
/// An entry is a header and the group's states, one behind another in flat memory; keys lie in an arena. The
/// index is open addressing with linear probing, at most half full; a place holds the upper half of the
/// group's hash and its number plus one, so that most wrong places are passed without a look at the entry.
/// Owned by one thread at a time.
@safe final class AggregateTable {
    /// What is computed.
    let plan: AggregatePlan
    /// How many groups there are.
    private(set) var count = 0
    /// Records that were folded in.
    var records: UInt64 = 0
    /// Keys, one behind another.
    let keys = ByteBuffer()
    /// Entries, one behind another.
    private let entries = ByteBuffer()
    private var index: UnsafeMutablePointer<UInt64>
    private var indexCount = AggregateTable.smallestIndex
    /// The sketches of different values, group by group.
    var distincts: [DistinctSketch] = []
    /// The sketches of distributions, group by group.
    var quantiles: [QuantileSketch] = []
    /// Bytes of all sketches; kept true while tables are merged.
    var sketchBytes = 0

    /// The index of an empty table.
    private static let smallestIndex = 1_024

    /// What an entry begins with.
    struct Header {
        /// Of the key.
        var hash: UInt64
        /// Of the key, in `keys`.
        var keyOffset: Int
        /// Of the key, in bytes.
        var keyCount: Int
    }

    /// A table without groups.
    init(_ plan: AggregatePlan) {
        self.plan = plan
        unsafe index = .allocate(capacity: Self.smallestIndex)
        unsafe index.initialize(repeating: 0, count: indexCount)
    }

    deinit { unsafe index.deallocate() }

    /// Bytes of memory, about.
    var byteCount: Int { keys.count + entries.count + indexCount * 8 + sketchBytes }

    /// Forgets the groups, and keeps the memory unless it is large.
    func removeAll() {
        if count == 0, records == 0 { return }
        if indexCount > 64 * Self.smallestIndex {
            unsafe index.deallocate()
            indexCount = Self.smallestIndex
            unsafe index = .allocate(capacity: indexCount)
        }
        unsafe index.initialize(repeating: 0, count: indexCount)
        count = 0
        records = 0
        keys.removeAll()
        entries.removeAll()
        distincts.removeAll(keepingCapacity: true)
        quantiles.removeAll(keepingCapacity: true)
        sketchBytes = 0
    }

    /// The hash of a key.
    @inline(__always)
    static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var hash = StableHash()
        unsafe hash.add(key)
        return hash.finished().low
    }

    /// Where a group's entry lies; valid until a group is added.
    @inline(__always)
    func entry(_ group: Int) -> UnsafeMutableRawPointer { unsafe entries.base + group &* plan.stride }

    /// What a group's entry begins with.
    @inline(__always)
    func header(_ group: Int) -> Header { unsafe entry(group).load(as: Header.self) }

    /// The key of a group; valid until a group is added.
    @inline(__always)
    func key(_ group: Int) -> UnsafeRawBufferPointer {
        let header = header(group)
        return unsafe UnsafeRawBufferPointer(start: keys.base + header.keyOffset, count: header.keyCount)
    }

    /// The table's memory as it lies now; valid until a group is added.
    var view: View {
        unsafe View(
            index: index,
            mask: indexCount - 1,
            entries: entries.base,
            keys: keys.base,
            stride: plan.stride
        )
    }

    /// The group of a key, which is new where there is none.
    func group(of key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        if let known = unsafe view.find(key, hash) { return known }
        return unsafe add(key, hash)
    }

    /// Adds the group of a key that is not there.
    @inline(never)
    func add(_ key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        if (count + 1) * 2 > indexCount { grow() }
        let group = count
        entries.reserve(plan.stride)
        entries.count += plan.stride
        unsafe memset(entry(group), 0, plan.stride)
        unsafe entry(group).storeBytes(
            of: Header(hash: hash, keyOffset: keys.count, keyCount: key.count),
            as: Header.self
        )
        unsafe keys.append(key)
        for value in plan.values {
            switch value.function {
            case .distinct:
                distincts.append(DistinctSketch(precision: value.bits))
                sketchBytes += distincts[distincts.count - 1].byteCount
            case .quantile:
                quantiles.append(QuantileSketch(bits: value.bits))
                sketchBytes += quantiles[quantiles.count - 1].byteCount
            default: break
            }
        }
        count += 1
        place(group, hash)
        return group
    }

    private func place(_ group: Int, _ hash: UInt64) {
        let mask = indexCount - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while unsafe index[place] != 0 { place = (place + 1) & mask }
        unsafe index[place] = (hash >> 32) << 32 | UInt64(group + 1)
    }

    private func grow() {
        indexCount *= 4
        unsafe index.deallocate()
        unsafe index = .allocate(capacity: indexCount)
        unsafe index.initialize(repeating: 0, count: indexCount)
        for group in 0..<count { place(group, header(group).hash) }
    }
}

extension AggregateTable {
    /// The memory of a table by plain pointers: what the hot loop looks into without a look at the object.
    @unsafe struct View {
        /// Places of groups.
        let index: UnsafeMutablePointer<UInt64>
        /// The number of places, less one.
        let mask: Int
        /// The first entry.
        let entries: UnsafeMutableRawPointer
        /// The first key.
        let keys: UnsafeMutableRawPointer
        /// From entry to entry.
        let stride: Int

        /// The group of a key; nil where there is none.
        @inline(__always)
        func find(_ key: UnsafeRawBufferPointer, _ hash: UInt64) -> Int? {
            var place = unsafe Int(truncatingIfNeeded: hash) & mask
            while true {
                let found = unsafe index[place]
                if found == 0 { return nil }
                if found &>> 32 == hash &>> 32 {
                    let group = Int(truncatingIfNeeded: found & 0xFFFF_FFFF) &- 1
                    if unsafe isKey(key, of: group) { return group }
                }
                place = unsafe (place &+ 1) & mask
            }
        }

        @inline(__always)
        private func isKey(_ key: UnsafeRawBufferPointer, of group: Int) -> Bool {
            let header = unsafe (entries + group &* stride).load(as: Header.self)
            guard header.keyCount == key.count else { return false }
            guard key.count > 0, let bytes = key.baseAddress else { return true }
            return unsafe memcmp(keys + header.keyOffset, bytes, key.count) == 0
        }
    }
}
