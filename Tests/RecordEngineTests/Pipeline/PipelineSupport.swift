internal import EventModel
internal import RecordEngine
internal import Settings
internal import Testing

/// What a pipeline made of a text.
struct PipelineResult {
    let output: [UInt8]
    let rejects: [UInt8]
    let report: PipelineReport

    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
    var rejectLines: [String] {
        String(decoding: rejects, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Compiles steps written in YAML; with the findings.
func compile(
    _ steps: String,
    limits: String? = nil,
    variables: [String: String] = [:]
) -> (Pipeline?, [Diagnostic]) {
    var diagnostics = Diagnostics(externals: ExternalValues(variables: variables))
    guard let node = YAML.parse(Array(steps.utf8), &diagnostics) else { return (nil, diagnostics.findings) }
    let limitsNode = limits.flatMap { YAML.parse(Array($0.utf8), &diagnostics) }
    let pipeline = Pipeline.compile(steps: node, limits: limitsNode, diagnostics: &diagnostics)
    return (pipeline, diagnostics.findings)
}

/// Runs steps over a text, in one thread.
func run(
    _ steps: String,
    _ input: [UInt8],
    limits: String? = nil,
    variables: [String: String] = [:],
    chunk: Int = .max
) throws -> PipelineResult {
    let (pipeline, findings) = compile(steps, limits: limits, variables: variables)
    let compiled = try #require(pipeline, "\(findings)")
    let sinks = MemorySinks()
    let report = try compiled.run(
        source: MemorySource(input, chunk: chunk),
        sinks: sinks,
        executor: InlineExecutor()
    )
    return PipelineResult(output: sinks.result.bytes, rejects: sinks.rejects.bytes, report: report)
}

/// Runs steps over a text, in one thread.
func run(
    _ steps: String,
    _ input: String,
    limits: String? = nil,
    variables: [String: String] = [:]
) throws
    -> PipelineResult
{ try run(steps, Array(input.utf8), limits: limits, variables: variables) }
