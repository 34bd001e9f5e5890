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
    /// What is done with an object.
    public let work: Work
    /// Which logic this is.
    public let fingerprint: Fingerprint
    /// What it must make of what; run by `sluice test`, and no part of the fingerprint.
    public let tests: [FunctionTest]

    /// The kinds of work that there are.
    public enum Work: Sendable {
        /// Compiled steps.
        case steps(Pipeline)
        /// The bytes as they are.
        case copy(CopyOptions)
    }

    /// Describes a function.
    public init(name: FunctionName, work: Work, timeout: Duration? = nil, tests: [FunctionTest] = []) {
        self.tests = tests
        self.name = name
        self.work = work
        self.timeout = timeout
        fingerprint = Self.fingerprint(of: work)
    }

    /// The compiled steps, if it has any.
    public var pipeline: Pipeline? { if case .steps(let pipeline) = work { pipeline } else { nil } }

    /// The placeholders that distinguish its outputs; none where it makes one output.
    public var placeholders: Set<String> { pipeline?.placeholders ?? [] }

    /// Ways to write a function that other versions have.
    private static let otherKinds = ["command", "handler", "http"]

    /// Decodes `{ steps: […], limits: {…}, timeout: 10m, tests: […] }` or `{ copy: {…}, timeout: 10m }`;
    /// reports every mistake at its place.
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
                hint: "Use 'steps:' or 'copy:'.",
                at: other
            )
            return nil
        }
        if let copy = kinds.optional("copy") { return decodeCopy(name, node, copy, &diagnostics) }
        _ = reader.optional("copy")
        let steps = reader.required("steps", &diagnostics)
        let limits = reader.optional("limits")
        let timeout = timeout(&reader, &diagnostics)
        let tests = reader.optional("tests").map { FunctionTest.decode($0, &diagnostics) }
        reader.finish(&diagnostics)
        guard let steps,
            let pipeline = Pipeline.compile(steps: steps, limits: limits, diagnostics: &diagnostics)
        else { return nil }
        return FunctionDefinition(
            name: name,
            work: .steps(pipeline),
            timeout: timeout,
            tests: tests ?? []
        )
    }

    private static func decodeCopy(
        _ name: FunctionName,
        _ node: ConfigNode,
        _ copy: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) -> FunctionDefinition? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        _ = reader.optional("copy")
        let timeout = timeout(&reader, &diagnostics)
        if let steps = reader.optional("steps") {
            diagnostics.error(
                .configInvalidValue,
                "A function either copies or has steps.",
                hint: "Let one trigger copy the object, and another one call the steps.",
                at: steps
            )
        }
        reader.finish(&diagnostics)
        guard let options = CopyOptions.decode(copy, &diagnostics) else { return nil }
        return FunctionDefinition(name: name, work: .copy(options), timeout: timeout)
    }

    private static func timeout(
        _ reader: inout MappingReader,
        _ diagnostics: inout Diagnostics
    ) -> Duration? {
        reader.optional("timeout").flatMap {
            $0.duration(in: .seconds(1) ... .seconds(7 * 86_400), &diagnostics)
        }
    }

    /// SHA-256 of the canonical text, which holds the `semantics` number of each step.
    ///
    /// The name and the timeout are no part of it: they do not change what an output holds.
    static func fingerprint(of work: Work) -> Fingerprint {
        let text =
            switch work {
            case .steps(let pipeline): "sluice steps 1\n\(pipeline.canonicalText)"
            case .copy(let options): "sluice copy 1\n\(options.canonicalText)"
            }
        let digest = SHA256.hash(data: Array(text.utf8))
        let digits = Array("0123456789abcdef".utf8)
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return Fingerprint(hex: String(decoding: hex, as: UTF8.self))
    }
}

extension FunctionDefinition {
    /// The function, ready to run: it computes on `executor` and keeps what it must in one of `spools`.
    public func makeFunction(
        executor: any BlockExecutor,
        spools: any SpoolProvider
    ) -> any Function {
        switch work {
        case .steps(let pipeline):
            StepsFunction(
                name: name,
                fingerprint: fingerprint,
                pipeline: pipeline,
                executor: executor,
                spools: spools
            )
        case .copy(let options):
            CopyFunction(name: name, fingerprint: fingerprint, options: options)
        }
    }
}

extension SluiceError.Code {
    /// A kind of function that this version does not have.
    public static let functionUnsupported = Self("function.unsupported", .usage)
}
