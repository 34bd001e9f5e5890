/// The names that an object's units have, so that no two have the same; 32 bytes for each.
///
/// Two hashes of 64 bits with seeds of their own stand for a name: that two names meet in both by chance does
/// not happen, and nobody can make them, because the process chooses the seeds.
struct MemberNameSet {
    private struct Digest: Hashable {
        let first: Int
        let second: Int
    }

    private var digests: Set<Digest> = []

    /// Adds a name; false when it is there already.
    mutating func insert(_ name: [UInt8]) -> Bool {
        var (first, second) = (Hasher(), Hasher())
        second.combine(UInt8.max)
        unsafe name.withUnsafeBytes { bytes in
            unsafe first.combine(bytes: bytes)
            unsafe second.combine(bytes: bytes)
        }
        return digests.insert(Digest(first: first.finalize(), second: second.finalize())).inserted
    }
}
