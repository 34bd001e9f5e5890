internal import CPCRE2
internal import EventModel
internal import Settings

/// A pattern with named captures, compiled by PCRE2 and tried on subjects that are made to hurt it.
///
/// `@unchecked`: compiled code is never changed, and any number of threads may match with it (pcre2api(3),
/// "Multithreading"); what changes is in each thread's matcher.
@safe final class CapturePattern: @unchecked Sendable {
    /// Why there is none.
    enum Refusal: Error, Equatable {
        /// PCRE2's reason, and the byte of the pattern that it is about.
        case malformed(String, at: Int)
        /// A few dozen bytes can take more steps than a match may take.
        case explodes
        /// The longest subject can take longer than half a second.
        case slow
    }

    /// What PCRE2 compiled; valid as long as this object lives.
    let handle: OpaquePointer
    /// The named groups, by number; a name may have several.
    let groups: [(name: String, number: Int)]
    /// The number of all groups.
    let captureCount: Int

    /// Compiles a pattern; `isAnchored` lets it match whole subjects only.
    init(_ pattern: String, isAnchored: Bool) throws(Refusal) {
        var reason = [CChar](repeating: 0, count: 256)
        var place = 0
        var text = pattern
        let made = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes -> OpaquePointer? in
                // An empty pattern may have no address.
                guard let start = bytes.baseAddress else { return nil }
                return unsafe sluice_pcre2_new(start, bytes.count, isAnchored, &reason, reason.count, &place)
            }
        }
        guard let made = unsafe made else {
            let words = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .malformed(String(decoding: words, as: UTF8.self), at: place)
        }
        unsafe handle = made
        captureCount = unsafe Int(sluice_pcre2_captures(made))
        groups =
            unsafe (0..<sluice_pcre2_names(made)).map { index in
                var number: UInt32 = 0
                let name = unsafe sluice_pcre2_name(made, index, &number)
                return unsafe (String(cString: name), Int(number))
            }
            .sorted { $0.number < $1.number }
        let temper = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe bytes.baseAddress.map { unsafe sluice_pcre2_try(made, $0, bytes.count) }
            }
        }
        if temper == SLUICE_PCRE2_EXPLODES { throw .explodes }
        if temper == SLUICE_PCRE2_SLOW { throw .slow }
    }

    deinit { unsafe sluice_pcre2_free(handle) }
}

extension CapturePattern {
    /// Compiles a pattern of the configuration; reports why it is refused, with `shown` as its text.
    static func compile(
        _ pattern: String,
        isAnchored: Bool,
        at node: ConfigNode,
        _ context: inout StepContext
    ) -> CapturePattern? {
        do throws(Refusal) {
            return try CapturePattern(pattern, isAnchored: isAnchored)
        } catch {
            let (code, message, hint) = error.finding(node.displayPath, pattern)
            context.diagnostics.error(code, message, hint: hint, at: node)
            return nil
        }
    }
}

extension CapturePattern.Refusal {
    /// What people read about it.
    fileprivate func finding(_ path: String, _ pattern: String) -> (SluiceError.Code, String, String?) {
        let remedy = """
            Make what is repeated unambiguous, or possessive: write [^,]*+ instead of .*, \\w++ instead of \
            (\\w+)*, (?>…) around what need not be tried again.
            """
        switch self {
        case .malformed(let reason, let place):
            let rest = String(decoding: Array(pattern.utf8).dropFirst(place).prefix(20), as: UTF8.self)
            return (.configInvalidValue, "\(path) is no pattern: \(reason) (before '\(rest)').", nil)
        case .explodes:
            let message =
                "\(path) can backtrack without end: a text of 40 bytes takes more steps than allowed."
            return (.configPatternExplodes, message, remedy)
        case .slow:
            let message = "\(path) can take longer than half a second on a text of 16 KiB."
            return (.configPatternExplodes, message, remedy)
        }
    }
}

/// What one thread needs to match patterns.
@safe final class CaptureMatcher {
    /// Valid as long as this object lives.
    let handle: OpaquePointer

    /// Room for the groups of any of the patterns.
    init(captureCount: Int) {
        guard let made = unsafe sluice_pcre2_matcher_new(UInt32(clamping: captureCount)) else {
            preconditionFailure("There is no memory to match a pattern.")
        }
        unsafe handle = made
    }

    deinit { unsafe sluice_pcre2_matcher_free(handle) }
}
