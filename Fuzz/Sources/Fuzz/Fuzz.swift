import EventModel
import RecordEngine
import Settings

#if canImport(Glibc)
    import Glibc
#endif

/// One target while it is fuzzed: `SLUICE_FUZZ=parse-json Fuzz [options of libFuzzer] [corpus]`.
///
/// Whatever the bytes are, a run ends, balances, and makes the same bytes when the input comes in pieces.
/// The target `xml` reads them as an answer of a store (`FuzzXML`), `partial` as a partial result
/// (`FuzzPartial`).
enum Fuzz {
    /// What the environment names that is no pipeline; nil where it names one.
    static let other: (@Sendable ([UInt8]) -> Void)? =
        switch getenv("SLUICE_FUZZ").map({ String(cString: $0) }) {
        case FuzzXML.name: FuzzXML.check
        case FuzzPartial.name: FuzzPartial.check
        default: nil
        }

    /// The pipeline that the environment names; without a name, prints all targets and ends.
    static let pipeline: Pipeline = {
        let name = getenv("SLUICE_FUZZ").map { String(cString: $0) }
        guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
            print((FuzzTarget.all.map(\.name) + [FuzzXML.name, FuzzPartial.name]).joined(separator: "\n"))
            exit(name == nil ? 0 : 64)
        }
        var diagnostics = Diagnostics()
        let limits = "{ max_output: 4MiB, max_record: 64KiB }"
        guard let steps = YAML.parse(Array(target.steps.utf8), &diagnostics),
            let limitsNode = YAML.parse(Array(limits.utf8), &diagnostics),
            let made = Pipeline.compile(steps: steps, limits: limitsNode, diagnostics: &diagnostics)
        else { fatalError("\(target.name): \(diagnostics.findings)") }
        return made
    }()

    /// Runs over the bytes at once and in pieces, and compares.
    static func check(_ bytes: [UInt8]) {
        if let other { return other(bytes) }
        let whole = outcome(bytes, piece: bytes.count)
        let pieces = outcome(bytes, piece: 1 + bytes.count % 7)
        guard whole != pieces else { return }
        let text = "at once:   \(whole.prefix(500))\nin pieces: \(pieces.prefix(500))\n"
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        fatalError("The outcome depends on how the bytes arrive.")
    }

    private static func outcome(_ bytes: [UInt8], piece: Int) -> String {
        do throws(SluiceError) {
            let run = try pipeline.runInMemory(bytes, pieceBytes: max(piece, 1))
            precondition(run.report.tally.isBalanced || pipeline.isByteMode, "The records do not balance.")
            var text = "\(run.report.tally) \(run.rejects)"
            for result in run.results { text += " \(result.output) \(result.bytes)" }
            return text
        } catch {
            precondition(error.code != .engineUnbalanced, "\(error.message)")
            return error.code.description
        }
    }
}

/// What libFuzzer calls before the first input.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ argc: UnsafeMutableRawPointer?, _ argv: UnsafeMutableRawPointer?) -> CInt {
    if Fuzz.other == nil { _ = Fuzz.pipeline }
    return 0
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzz.check(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
