internal import Glibc

/// Which output the partitions of one block have: from the bytes that decide about a record's partition to
/// the output's number in the block's table.
///
/// Open addressing, linear probing, at most half full. It is a memory only: when it has grown too large it is
/// emptied, and numbers are found by their names again. Belongs to one batch.
@safe final class PartitionMemory {
    /// The bytes that decide, for one record.
    let key = ByteBuffer()
    /// Where partitions' names are made.
    let path = ByteBuffer()

    private struct Entry {
        let hash: UInt64
        let offset: Int
        let length: Int
        let number: UInt32
    }

    private static let maximumCount = 16 << 10
    /// Places of entries, counted from 1; 0 where there is none.
    private var slots = [UInt32](repeating: 0, count: 512)
    private var entries: [Entry] = []
    private let keys = ByteBuffer()

    /// An empty memory.
    init() {}

    /// Forgets everything and keeps the memory.
    func removeAll() {
        if entries.isEmpty { return }
        entries.removeAll(keepingCapacity: true)
        keys.removeAll()
        for index in slots.indices { slots[index] = 0 }
    }

    /// The number that `key` stands for; nil where it is new.
    @inline(__always)
    func number(_ hash: UInt64) -> UInt32? {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) &- 1]
            if entry.hash == hash, entry.length == key.count,
                unsafe memcmp(keys.base + entry.offset, key.base, key.count) == 0
            {
                return entry.number
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Lets `key`, which is new, stand for a number.
    func insert(_ hash: UInt64, _ number: UInt32) {
        if entries.count >= Self.maximumCount { removeAll() }
        entries.append(Entry(hash: hash, offset: keys.count, length: key.count, number: number))
        unsafe keys.append(key.bytes)
        if entries.count * 2 > slots.count {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for index in entries.indices { place(index) }
        } else {
            place(entries.count - 1)
        }
    }

    private func place(_ index: Int) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: entries[index].hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(index + 1)
    }
}
