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
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw SluiceError(.fileFailed, "The directory \(directory) could not be made.", cause: error)
        }
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            if errno == EEXIST {
                throw SluiceError(.fileFailed, "\(file) exists already.", hint: "Name another directory.")
            }
            throw Files.failure("write", file)
        }
        Terminal.write(Array(chosen.text.utf8), to: descriptor)
        close(descriptor)
        for bucket in chosen.directories {
            try FileManager.default.createDirectory(
                atPath: directory + "/" + bucket,
                withIntermediateDirectories: true
            )
        }
        if json {
            Terminal.write(String(decoding: try ViewCoding.encode(["file": file]), as: UTF8.self) + "\n")
        } else {
            Terminal.write(next(file))
        }
    }

    private func next(_ file: String) -> String {
        let here = directory == "." ? "" : "cd \(Printable.escape(directory)) && "
        return """
            Written: \(Printable.escape(file))

            Next:
              \(here)sluice check                 prove the configuration
              \(here)sluice serve                 run the service
              cp access.log.gz buckets/inbox/web/shop/ && sluice status

            """
    }
}
