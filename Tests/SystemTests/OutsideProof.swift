internal import Foundation
internal import Testing

/// Runs a script against the binary that was built beside the tests; the script prints why it failed.
enum OutsideProof {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The `sluice` that this build made.
    static func binary() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let beside = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("sluice")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside.path }
        let release = root.appendingPathComponent(".build/release/sluice")
        try #require(
            FileManager.default.isExecutableFile(atPath: release.path),
            "the binary must be built before the tests"
        )
        return release.path
    }

    /// Runs a script of the repository and expects it to succeed.
    static func run(_ script: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = root.appendingPathComponent(script)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script) \(arguments.joined(separator: " "))\n\(text)")
    }

    /// The folder of real logs beside the repository, when there is one.
    static var realLogs: [String] {
        let folder = root.deletingLastPathComponent().appendingPathComponent("shared/data")
        return FileManager.default.fileExists(atPath: folder.path) ? [folder.path] : []
    }
}
