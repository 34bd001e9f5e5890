internal import EventModel

/// One codec's decoder: stored bytes in, text out, for as long as the object lasts.
///
/// Every loop of a decoder ends: a round that takes no byte, makes no byte and ends no member is an error
/// (trap G05).
protocol StreamDecoder: AnyObject {
    /// Writes at least one byte of text to `memory`, or none at the end; `memory` is never empty.
    ///
    /// The end is reported only after every checksum was verified and the source was read to its end. Throws
    /// `codec.*`.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int
    /// What the operator should know though decoding succeeded.
    var warnings: [String] { get }
}

/// The stored bytes are the text.
final class PlainDecoder: StreamDecoder {
    private let input: StoredInput
    /// Plain text has nothing to warn about.
    let warnings: [String] = []

    /// Hands on the bytes of `input` as they are.
    init(_ input: StoredInput) { self.input = input }

    /// Copies as much as fits; 0 at the end.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        unsafe try input.copy(into: memory)
    }
}
