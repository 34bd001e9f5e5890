/// What identifies one content of a key.
///
/// Opaque outside the store that made it: compared for equality with the newest version recorded for the same
/// key, never ordered, never compared with that key's history (A, B, A are three versions).
public struct ObjectVersion: Hashable, Sendable, CustomStringConvertible {
    /// `v:<versionId>`, `e:<etag>-<size>`, or locally `i<inode>-s<size>-m<mtime_ns>-c<ctime_ns>`.
    public let identity: String

    /// Wraps an identity as a store wrote it.
    public init(identity: String) { self.identity = identity }

    /// The identity.
    public var description: String { identity }
}

/// The content of an object as the attempt that read it saw it: CRC-64 (ECMA-182, as ISA-L's
/// `crc64_ecma_refl`) and length of the stored bytes.
public struct ContentDigest: Hashable, Sendable {
    /// CRC-64 of all stored bytes.
    public let crc64: UInt64
    /// How many stored bytes there were.
    public let sizeBytes: UInt64

    /// Pairs a checksum with a length.
    public init(crc64: UInt64, sizeBytes: UInt64) {
        self.crc64 = crc64
        self.sizeBytes = sizeBytes
    }
}

/// What a store says of one object.
public struct ObjectInfo: Hashable, Sendable {
    /// The object's key.
    public let key: ObjectKey
    /// Its content's identity.
    public let version: ObjectVersion
    /// Its stored length in bytes.
    public let sizeBytes: UInt64
    /// When the store says that it was last modified; for people, never used to decide (traps L01 to L05).
    public let modified: Timestamp

    /// Describes one object.
    public init(key: ObjectKey, version: ObjectVersion, sizeBytes: UInt64, modified: Timestamp) {
        self.key = key
        self.version = version
        self.sizeBytes = sizeBytes
        self.modified = modified
    }
}
