internal import CISAL
internal import EventModel

/// Inflates one deflate stream after another (RFC 1951) by ISA-L, and verifies what stands behind each.
@safe final class Inflater {
    /// What stands around a stream.
    enum Wrapper {
        /// Its header was read; CRC32 and length stand behind it (RFC 1952).
        case gzip
        /// Its header was read; an Adler-32 stands behind it (RFC 1950).
        case zlib
        /// Nothing.
        case deflate

        /// What error messages call a stream.
        fileprivate var name: String {
            switch self {
            case .gzip: "gzip member"
            case .zlib: "zlib stream"
            case .deflate: "deflate stream"
            }
        }

        fileprivate var trailer: UInt32 {
            switch self {
            case .gzip: UInt32(ISAL_GZIP_NO_HDR_VER)
            case .zlib: UInt32(ISAL_ZLIB_NO_HDR_VER)
            case .deflate: UInt32(ISAL_DEFLATE)
            }
        }
    }

    /// What one step did.
    struct Step {
        /// Stored bytes that were read.
        let consumed: Int
        /// Bytes of text that were written.
        let produced: Int
        /// Whether the stream has ended, and what stands behind it agrees.
        let isFinished: Bool
        /// Bytes behind the end of the stream that were read too, in this step or in one before.
        let surplus: Int
    }

    private let wrapper: Wrapper
    /// ISA-L's `inflate_state`, 87 KB.
    private let state = ByteBuffer(capacity: sluice_inflate_size())

    /// Inflates streams within `wrapper`.
    init(_ wrapper: Wrapper) { self.wrapper = wrapper }

    /// Prepares for the first byte of a stream.
    func begin() { unsafe sluice_inflate_begin(state.base, wrapper.trailer) }

    /// Inflates what it can of `bytes`; throws where they are damaged or do not match their trailer.
    func step(
        _ bytes: UnsafeRawBufferPointer,
        into memory: UnsafeMutableRawBufferPointer
    ) throws(SluiceError) -> Step {
        let step = unsafe sluice_inflate_run(
            state.base,
            bytes.baseAddress,
            bytes.count,
            memory.baseAddress,
            memory.count
        )
        // After an error ISA-L's position means nothing: it may lie before the chunk.
        guard step.code >= 0, step.consumed <= bytes.count else { throw error(step.code) }
        return Step(
            consumed: step.consumed,
            produced: step.produced,
            isFinished: step.finished != 0,
            // For gzip ISA-L 2.30 gives them back itself.
            surplus: wrapper == .gzip ? 0 : step.surplus
        )
    }

    /// Inflates from `input` and takes nothing behind the stream's end; reads more where it has to.
    func step(
        _ input: StoredInput,
        into memory: UnsafeMutableRawBufferPointer
    ) throws(SluiceError) -> Step {
        let step = unsafe try step(input.bytes, into: memory)
        input.take(step.consumed)
        if step.isFinished { input.giveBack(step.surplus) }
        if !step.isFinished, step.consumed == 0, step.produced == 0 {
            // Only now: ISA-L may hold text back that needs no further input.
            guard input.available == 0 else { throw .noProgress(wrapper.name) }
            guard try input.fill() else { throw .truncated(wrapper.name) }
        }
        return step
    }

    /// Names of igzip_lib.h's "Inflate Return values".
    private func error(_ code: Int32) -> SluiceError {
        let reason =
            switch code {
            case ISAL_INCORRECT_CHECKSUM: "does not match its checksum or length"
            case ISAL_INVALID_BLOCK: "holds an invalid block"
            case ISAL_INVALID_SYMBOL: "holds an invalid symbol"
            case ISAL_INVALID_LOOKBACK: "refers to data before its start"
            default: "cannot be decoded (ISA-L code \(code))"
            }
        return SluiceError(.codecCorrupt, "A \(wrapper.name) \(reason).")
    }
}
