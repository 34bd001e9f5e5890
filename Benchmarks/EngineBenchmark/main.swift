// Measures the record engine in MB/s of uncompressed text, the best of several runs of one function over
// one file.
//
// usage: EngineBenchmark STEPS FILE RUNS THREADS…
//
// STEPS is a file with the function's steps in YAML. Prints one line for each number of threads: threads,
// MB per second, MB per second of CPU time (which other work on the machine disturbs less), seconds, CPU
// seconds, records in, records out, records rejected, outputs.
internal import EventModel
internal import Glibc
internal import RecordEngine
internal import Settings

/// Ends the program with EX_USAGE (sysexits.h).
func fail(_ message: String) -> Never {
    let text = "EngineBenchmark: \(message)\n"
    unsafe _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(64)
}

/// The pipeline of a file of steps.
func compile(_ path: String) -> Pipeline {
    guard let file = MemoryFile(path: path) else { fail("cannot read \(path)") }
    var diagnostics = Diagnostics()
    guard let node = YAML.parse(file.bytes, &diagnostics),
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
guard arguments.count >= 5, let runs = Int(arguments[3]), runs > 0 else {
    fail("usage: EngineBenchmark STEPS FILE RUNS THREADS…")
}
let pipeline = compile(arguments[1])
guard let source = MemoryFile(path: arguments[2]) else { fail("cannot read \(arguments[2])") }
for threads in arguments.dropFirst(4).compactMap({ Int($0) }) {
    let executor: any BlockExecutor = threads == 1 ? InlineExecutor() : ThreadPool(threads)
    let sinks = NoSinks()
    var best = (wall: Double.infinity, processor: Double.infinity)
    var report: PipelineReport?
    for _ in 0..<runs {
        source.rewindToStart()
        sinks.opened = 0
        let start = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
        report = try pipeline.run(source: source, sinks: sinks, executor: executor)
        best.wall = min(best.wall, now(CLOCK_MONOTONIC) - start.0)
        best.processor = min(best.processor, now(CLOCK_PROCESS_CPUTIME_ID) - start.1)
    }
    guard let report else { continue }
    let megabytes = Double(report.totals.textBytesIn) / 1e6
    print(
        threads,
        Int(megabytes / best.wall),
        Int(megabytes / best.processor),
        best.wall,
        best.processor,
        report.tally.input,
        report.tally.output,
        report.tally.rejected,
        sinks.opened
    )
}
