internal import CISAL
public import EventModel

/// Computes the digest of bytes as they pass: CRC-64 of ECMA-182, reflected (ISA-L's `crc64_ecma_refl`, known
/// elsewhere as CRC-64/XZ), and their count.
public struct ContentDigester: Sendable {
    private var crc64: UInt64 = 0
    private var byteCount: UInt64 = 0

    /// Begins with no bytes.
    public init() {}

    /// The digest of all bytes so far.
    public var digest: ContentDigest { ContentDigest(crc64: crc64, sizeBytes: byteCount) }

    /// Adds bytes, in order.
    public mutating func update(_ bytes: RawSpan) {
        let crc = crc64
        // The pointer is used for the duration of the call only; isa-l/crc64.h: the result continues a former
        // one.
        crc64 = unsafe bytes.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe crc64_ecma_refl(crc, start, UInt64(bytes.count))
        }
        byteCount += UInt64(bytes.byteCount)
    }

    /// The digest of an array.
    public static func digest(of bytes: [UInt8]) -> ContentDigest {
        var digester = ContentDigester()
        unsafe digester.update(bytes.span.bytes)  // Read-only view of initialised bytes.
        return digester.digest
    }
}
