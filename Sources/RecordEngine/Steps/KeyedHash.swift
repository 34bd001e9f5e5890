/// HMAC-SHA-256 (RFC 2104) with the key's two blocks hashed once.
struct KeyedHash: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    /// Takes a key of any length.
    init(key: [UInt8]) {
        var block = key
        if block.count > 64 {
            var hash = SHA256()
            hash.update(block)
            block = hash.finish()
        }
        block += [UInt8](repeating: 0, count: 64 - block.count)
        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5c })
        self.inner = inner
        self.outer = outer
    }

    /// The code of a message, 32 bytes.
    func code(of message: some Sequence<UInt8>) -> [UInt8] {
        var inner = inner
        inner.update(message)
        var outer = outer
        outer.update(inner.finish())
        return outer.finish()
    }
}
