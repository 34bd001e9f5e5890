internal import CRE2

/// One compiled RE2 pattern; immutable, so threads may share it (re2/re2.h calls RE2 objects thread-safe).
@safe final class RegularExpression: @unchecked Sendable {
    /// Why RE2 refuses a pattern.
    struct Refusal: Error {
        /// RE2's words.
        let reason: String
    }

    /// RE2's own default: 8 MiB of program and DFA per pattern.
    static let maximumMemoryBytes: Int64 = 8 << 20

    /// Owned: freed with this object.
    let handle: OpaquePointer

    /// Compiles a pattern.
    init(_ pattern: some Collection<UInt8>) throws(Refusal) {
        let bytes = pattern.map { CChar(bitPattern: $0) }
        var reason = [CChar](repeating: 0, count: 256)
        let made = unsafe bytes.withUnsafeBufferPointer { pattern in
            unsafe reason.withUnsafeMutableBufferPointer { reason -> OpaquePointer? in
                guard let errors = reason.baseAddress else { return nil }
                var empty: CChar = 0
                return unsafe withUnsafePointer(to: &empty) { fallback in
                    unsafe sluice_re2_new(
                        pattern.baseAddress ?? fallback,
                        pattern.count,
                        Self.maximumMemoryBytes,
                        errors,
                        reason.count
                    )
                }
            }
        }
        guard let made = unsafe made else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Refusal(reason: String(decoding: text, as: UTF8.self))
        }
        unsafe handle = made
    }

    deinit { unsafe sluice_re2_free(handle) }

    /// Whether the pattern behind a handle matches anywhere in the text; a handle, so that no reference is
    /// counted.
    static func matches(_ handle: OpaquePointer, _ text: UnsafeRawBufferPointer) -> Bool {
        unsafe sluice_re2_match(handle, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count)
    }
}
