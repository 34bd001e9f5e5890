internal import Foundation
internal import Testing

/// A temporary folder in which the built command is run; removed at the end.
final class Sandbox: Sendable {
    /// The folder.
    let root: URL

    /// What a command did.
    struct Outcome: Sendable {
        let code: Int32
        let output: String
        let error: String
        let bytes: Data
    }

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-command-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// The command that was built beside the tests.
    static func binary() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var candidates = [URL(fileURLWithPath: own), URL(fileURLWithPath: CommandLine.arguments[0])]
        candidates += CommandLine.arguments.filter { $0.hasSuffix(".xctest") }.map {
            URL(fileURLWithPath: $0)
        }
        let found = candidates.map { $0.deletingLastPathComponent().appendingPathComponent("sluice") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try #require(found, "the command must be built beside the tests")
    }

    /// A file of the repository.
    static func repositoryFile(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    func write(_ path: String, _ data: Data) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try data.write(to: file)
    }

    func write(_ path: String, _ text: String) throws { try write(path, Data(text.utf8)) }

    func read(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// Everything in a folder, hidden names too.
    func names(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(path).path).sorted()
    }

    /// Begins a command; its output goes to files, so that nothing blocks it.
    func start(
        _ arguments: [String],
        name: String,
        input: Data? = nil,
        shell: String? = nil
    ) throws -> Process {
        let process = Process()
        let binary = try Self.binary()
        process.executableURL = shell == nil ? binary : URL(fileURLWithPath: "/bin/sh")
        process.arguments = shell.map { ["-c", $0, binary.path] + arguments } ?? arguments
        process.currentDirectoryURL = root
        process.environment = ["PATH": "/usr/bin:/bin", "TMPDIR": root.path, "HOME": root.path]
        try write(name + ".stdin", input ?? Data())
        try write(name + ".stdout", Data())
        try write(name + ".stderr", Data())
        process.standardInput = try FileHandle(forReadingFrom: root.appendingPathComponent(name + ".stdin"))
        process.standardOutput = try FileHandle(forWritingTo: root.appendingPathComponent(name + ".stdout"))
        process.standardError = try FileHandle(forWritingTo: root.appendingPathComponent(name + ".stderr"))
        try process.run()
        return process
    }

    /// Runs a command to its end.
    func run(_ arguments: String..., input: Data? = nil) async throws -> Outcome {
        try await run(arguments, input: input)
    }

    /// Runs a command to its end; with the processor time that it took itself, in seconds.
    func runTimed(_ arguments: String...) async throws -> (outcome: Outcome, processorSeconds: Double) {
        // `times` tells of the shell in its first line and of its children in the second (POSIX, XCU 2.15).
        let shell = "\"$0\" \"$@\"; code=$?; times > times; exit $code"
        let outcome = try await run(arguments, shell: shell)
        let line = try #require(try read("times").split(separator: "\n").dropFirst().first)
        let parts = line.split(whereSeparator: { " ms".contains($0) }).compactMap { Double($0) }
        try #require(parts.count == 4, "minutes and seconds of the user and the system: \(line)")
        return (outcome, (parts[0] + parts[2]) * 60 + parts[1] + parts[3])
    }

    /// Runs a command to its end, perhaps by a shell.
    func run(
        _ arguments: [String],
        input: Data? = nil,
        shell: String? = nil
    ) async throws -> Outcome {
        let name = "run-\(UUID().uuidString)"
        let process = try start(arguments, name: name, input: input, shell: shell)
        await Self.end(of: process)
        defer {
            for suffix in [".stdin", ".stdout", ".stderr"] {
                try? FileManager.default.removeItem(at: root.appendingPathComponent(name + suffix))
            }
        }
        let bytes = try Data(contentsOf: root.appendingPathComponent(name + ".stdout"))
        return Outcome(
            code: process.terminationStatus,
            output: String(decoding: bytes, as: UTF8.self),
            error: try read(name + ".stderr"),
            bytes: bytes
        )
    }

    /// Waits for a process on a thread of its own.
    static func end(of process: Process) async {
        await withCheckedContinuation { continuation in
            Thread {
                process.waitUntilExit()
                continuation.resume()
            }.start()
        }
    }

    /// Polls at the border of the process until something is so.
    func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "waited 120 s for \(what)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Packs text with the system's gzip.
    func gzip(_ text: String) async throws -> Data {
        let name = "gzip-\(UUID().uuidString)"
        try write(name, text)
        try write(name + ".gz", Data())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-nc"]
        process.standardInput = try FileHandle(forReadingFrom: root.appendingPathComponent(name))
        process.standardOutput = try FileHandle(forWritingTo: root.appendingPathComponent(name + ".gz"))
        try process.run()
        await Self.end(of: process)
        return try Data(contentsOf: root.appendingPathComponent(name + ".gz"))
    }
}
