internal import Crypto
public import EventModel
public import RecordEngine
public import Settings

/// One function of the configuration, compiled; what `check` needs of it, and what the service makes a
/// `Function` of.
public struct FunctionDefinition: Sendable {
    /// The configured name.
    public let name: FunctionName
    /// An attempt that runs longer is ended; nil leaves it to the trigger.
    public let timeout: Duration?
    /// The compiled steps.
    public let pipeline: Pipeline
    /// Which logic this is.
    public let fingerprint: Fingerprint
    /// What it must make of what; run by `sluice test`, and no part of the fingerprint.
    public let tests: [FunctionTest]

    /// Describes a function of compiled steps.
    public init(
        name: FunctionName,
        pipeline: Pipeline,
        timeout: Duration? = nil,
        tests: [FunctionTest] = []
    ) {
        self.tests = tests
        self.name = name
        self.pipeline = pipeline
        self.timeout = timeout
        fingerprint = Self.fingerprint(of: pipeline)
    }

    /// Ways to write a function that other versions have.
    private static let otherKinds = ["command", "handler", "http"]

    /// Decodes `{ steps: […], limits: {…}, timeout: 10m, tests: […] }`; reports every mistake at its place.
    public static func decode(
        name: FunctionName,
        node: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) -> FunctionDefinition? {
        guard var kinds = MappingReader(node, &diagnostics), var reader = MappingReader(node, &diagnostics)
        else {
            return nil
        }
        for kind in otherKinds {
            guard let other = kinds.optional(kind) else { continue }
            diagnostics.error(
                .functionUnsupported,
                "Functions of the kind '\(kind)' are not in this version.",
                hint: "Use 'steps:'.",
                at: other
            )
            return nil
        }
        let steps = reader.required("steps", &diagnostics)
        let limits = reader.optional("limits")
        let timeout = reader.optional("timeout").flatMap {
            $0.duration(in: .seconds(1) ... .seconds(7 * 86_400), &diagnostics)
        }
        let tests = reader.optional("tests").map { FunctionTest.decode($0, &diagnostics) }
        reader.finish(&diagnostics)
        guard let steps,
            let pipeline = Pipeline.compile(steps: steps, limits: limits, diagnostics: &diagnostics)
        else { return nil }
        return FunctionDefinition(name: name, pipeline: pipeline, timeout: timeout, tests: tests ?? [])
    }

    /// SHA-256 of the canonical text, which holds the `semantics` number of each step.
    ///
    /// The name and the timeout are no part of it: they do not change what an output holds.
    static func fingerprint(of pipeline: Pipeline) -> Fingerprint {
        let digest = SHA256.hash(data: Array("sluice steps 1\n\(pipeline.canonicalText)".utf8))
        let digits = Array("0123456789abcdef".utf8)
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return Fingerprint(hex: String(decoding: hex, as: UTF8.self))
    }
}

extension SluiceError.Code {
    /// A kind of function that this version does not have.
    public static let functionUnsupported = Self("function.unsupported", .usage)
}
