public import EventModel

/// Keeps bytes while an archive is read that must be read in another order than it arrives.
///
/// Used by one thread at a time; may block. What it keeps is gone when the last reference to it is.
public protocol Spool: AnyObject {
    /// How many bytes were appended.
    var byteCount: UInt64 { get }
    /// Keeps `bytes` behind those it has. Throws where they cannot be kept.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SluiceError)
    /// Fills all of `memory` with the bytes that begin at `offset`, all of which were appended.
    ///
    /// Throws where they cannot be read.
    func read(at offset: UInt64, into memory: UnsafeMutableRawBufferPointer) throws(SluiceError)
}

/// Makes spools; shared by the threads of a process.
public protocol SpoolProvider: Sendable {
    /// A spool without bytes. Throws when there is no place for one.
    func makeSpool() throws(SluiceError) -> any Spool
}
