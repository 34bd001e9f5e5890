internal import ArgumentParser
internal import Daemon
internal import Glibc

/// `sluice worker`: runs one delivery that a crash made suspect; started by the service, not by hand.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run one delivery alone; started by the service.",
        shouldDisplay: false
    )

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await WorkerEntry.run(try options.load())
        // The watcher of the parent's end is a thread that only ends with the process.
        Glibc.exit(0)
    }
}
