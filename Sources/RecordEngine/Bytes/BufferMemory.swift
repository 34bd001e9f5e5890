internal import Glibc
internal import Synchronization

/// Where large buffers get their memory: each is a mapping of its own, so that all of it goes back to the
/// system, and a bounded amount is kept for the next run.
///
/// malloc does neither. Once a mapped chunk was freed it raises the size from which it maps (mallopt(3),
/// M_MMAP_THRESHOLD): blocks of 1 MiB then lie between smaller ones in heaps that cannot shrink, and the
/// service would keep the memory of its busiest minute. Mapping anew for each run instead costs a page fault
/// for every 4 KiB: it made a run of 9 MB on two threads longer by 40 %.
package final class BufferMemory: Sendable {
    /// Memory of the whole process, like malloc's: enough for the blocks of one object on two threads.
    package static let shared = BufferMemory(keptBytes: 16 << 20)
    /// Buffers of so many bytes and more are taken from here.
    static let smallestBytes = 64 << 10
    /// Sizes are multiples of this, so that one buffer's memory fits another.
    private static let stepBytes = 64 << 10

    private struct Mapping {
        let address: UInt
        let byteCount: Int
    }

    private struct Kept {
        /// The one that was used last is at the end: its bytes may still be in the cache.
        var mappings: [Mapping] = []
        /// Sum of their sizes; always ≤ `keptBytes`.
        var byteCount = 0
    }

    private let keptBytes: Int
    private let kept = Mutex(Kept())

    /// Keeps at most `keptBytes` of the memory that was given back.
    package init(keptBytes: Int) { self.keptBytes = keptBytes }

    deinit {
        for mapping in kept.withLock({ $0.mappings }) { Self.unmap(mapping) }
    }

    /// Bytes that are kept for the next buffers.
    package var idleBytes: Int { kept.withLock { $0.byteCount } }

    /// At least `byteCount` bytes, page-aligned, with any content.
    package func take(atLeast byteCount: Int) -> (base: UnsafeMutableRawPointer, byteCount: Int) {
        let wanted = (byteCount + Self.stepBytes - 1) / Self.stepBytes * Self.stepBytes
        let mapping = kept.withLock { kept -> Mapping? in
            // Not more than twice what is needed, so that small buffers do not use up the large mappings.
            let fit = kept.mappings.lastIndex { $0.byteCount >= wanted && $0.byteCount <= 2 * wanted }
            guard let fit else { return nil }
            kept.byteCount -= kept.mappings[fit].byteCount
            return kept.mappings.remove(at: fit)
        }
        let found = mapping ?? Self.map(wanted)
        guard let base = unsafe UnsafeMutableRawPointer(bitPattern: found.address) else {
            preconditionFailure("A mapping never begins at address 0.")
        }
        return unsafe (base, found.byteCount)
    }

    /// Takes back what `take` gave.
    package func give(_ base: UnsafeMutableRawPointer, byteCount: Int) {
        let mapping = Mapping(address: UInt(bitPattern: base), byteCount: byteCount)
        let isKept = kept.withLock { kept in
            guard kept.byteCount + mapping.byteCount <= keptBytes else { return false }
            kept.byteCount += mapping.byteCount
            kept.mappings.append(mapping)
            return true
        }
        if !isKept { Self.unmap(mapping) }
    }

    private static func map(_ byteCount: Int) -> Mapping {
        let address = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            preconditionFailure("There is no memory for a buffer of \(byteCount) bytes.")
        }
        return Mapping(address: UInt(bitPattern: address), byteCount: byteCount)
    }

    private static func unmap(_ mapping: Mapping) {
        unsafe munmap(UnsafeMutableRawPointer(bitPattern: mapping.address), mapping.byteCount)
    }
}
