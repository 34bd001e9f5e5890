// Measures the record engine in MB/s of uncompressed text, the best of several runs, on one and two threads.
//
// usage: EngineBenchmark NDJSON.gz COMBINED.gz [RUNS [CASE [THREADS]]]
//
// Prints one line a case: name, threads, MB per second, MB per second of CPU time (which other work on the
// machine disturbs less), seconds, records in, records out.
internal import EventModel
internal import Glibc
internal import RecordEngine
internal import Settings

/// One thing to measure.
struct Case {
    /// What it is called in the output.
    let name: String
    /// Which of the files given is read: 0 or 1.
    let file: Int
    /// The function, in YAML.
    let steps: String
}

let clean = """
    - drop: [trace_id]
    - redact: { fields: [client_ip], as: mask }
    - compress: { format: gzip, level: 1 }
    """
let cases = [
    Case(name: "ndjson-clean", file: 0, steps: "- parse: json\n\(clean)"),
    Case(name: "ndjson-filter", file: 0, steps: "- parse: json\n- keep_if: status >= 400\n\(clean)"),
    Case(name: "combined", file: 1, steps: "- parse: combined\n- compress: { format: gzip, level: 1 }"),
    Case(name: "ndjson-through", file: 0, steps: "- parse: json\n- compress: { format: gzip, level: 1 }"),
    Case(
        name: "partition",
        file: 0,
        steps: """
            - parse: json
            - partition: "dt={timestamp:%Y-%m-%d}/service={service}/level={level}/status={status}"
            - compress: { format: gzip, level: 1 }
            """
    ),
    Case(name: "members", file: 0, steps: "- unarchive: auto\n- parse: json\n\(clean)"),
    Case(name: "bytes", file: 0, steps: "- compress: { format: gzip, level: 1 }"),
    Case(name: "decompress", file: 0, steps: "- decompress: auto"),
]

/// Ends the program with EX_USAGE (sysexits.h).
func fail(_ message: String) -> Never {
    let text = "EngineBenchmark: \(message)\n"
    unsafe _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(64)
}

/// The pipeline of a case.
func compile(_ steps: String) -> Pipeline {
    var diagnostics = Diagnostics()
    guard let node = YAML.parse(Array(steps.utf8), &diagnostics),
        let pipeline = Pipeline.compile(steps: node, diagnostics: &diagnostics)
    else { fail("\(diagnostics.findings)") }
    return pipeline
}

/// A clock's time in seconds.
func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    fail("usage: EngineBenchmark NDJSON.gz COMBINED.gz [RUNS [CASE [THREADS]]]")
}
let runs = arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5
let wanted = arguments.count > 4 ? arguments[4] : nil
let wantedThreads = arguments.count > 5 ? Int(arguments[5]) : nil

for each in cases where wanted == nil || wanted == each.name {
    guard let source = MemoryFile(path: arguments[1 + each.file]) else {
        fail("cannot read \(arguments[1 + each.file])")
    }
    let pipeline = compile(each.steps)
    for threads in [1, 2] where wantedThreads == nil || wantedThreads == threads {
        let executor: any BlockExecutor = threads == 1 ? InlineExecutor() : ThreadPool(threads)
        var best = Double.infinity
        var bestCPU = Double.infinity
        var report: PipelineReport?
        for _ in 0..<runs {
            source.rewindToStart()
            let start = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
            report = try pipeline.run(source: source, sinks: NoSinks(), executor: executor)
            best = min(best, now(CLOCK_MONOTONIC) - start.0)
            bestCPU = min(bestCPU, now(CLOCK_PROCESS_CPUTIME_ID) - start.1)
        }
        guard let report else { continue }
        let megabytes = Double(report.totals.textBytesIn) / 1e6
        print(
            each.name,
            threads,
            Int(megabytes / best),
            Int(megabytes / bestCPU),
            Double(Int(best * 1e4)) / 1e4,
            report.tally.input,
            report.tally.output
        )
    }
}
