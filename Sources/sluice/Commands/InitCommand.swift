internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import Foundation
internal import Glibc

/// `sluice init [DIR] [--example NAME]`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a configuration to begin with, and make the directories it names."
    )

    @Argument(help: "The directory; it is made when it is missing.") var directory: String = "."
    @Option(help: "Which example: \(Examples.all.keys.sorted().joined(separator: ", ")).") var example:
        String = "log-etl"
    @Flag(help: "Write JSON, for programs.") var json = false

    func run() throws {
        guard let chosen = Examples.all[example] else {
            throw ValidationError("There is no example '\(example)'.")
        }
        let file = directory + "/sluice.yaml"
        try make(directory)
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            if errno == EEXIST {
                throw SluiceError(.fileFailed, "\(file) exists already.", hint: "Name another directory.")
            }
            throw Files.failure("write", file)
        }
        let text = Array(chosen.text.utf8)
        let failure = unsafe text.withUnsafeBytes { unsafe Files.writeAll($0, to: descriptor) }
        close(descriptor)
        guard failure == 0 else {
            unsafe unlink(file)
            throw Files.failure("write", file, failure)
        }
        for bucket in chosen.directories { try make(directory + "/" + bucket) }
        if json {
            Terminal.write(String(decoding: try ViewCoding.encode(["file": file]), as: UTF8.self) + "\n")
        } else {
            Terminal.write(next(file))
        }
    }

    private func make(_ path: String) throws(SluiceError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw SluiceError(.fileFailed, "The directory \(path) could not be made.", cause: error)
        }
    }

    private func next(_ file: String) -> String {
        let here = directory == "." ? "" : "cd \(Printable.escape(directory)) && "
        return """
            Written: \(Printable.escape(file))

            Next:
              \(here)sluice check                 prove the configuration
              \(here)sluice serve                 run the service
              \(here)sluice put access.log.gz inbox:web/shop/ --wait

            """
    }
}
