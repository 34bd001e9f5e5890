internal import ArgumentParser
internal import CLinux
internal import ControlPlane
internal import EventModel

/// The program: finds the command, runs it, and turns what it throws into words and an exit code.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Turns 'an object arrived' into 'its clean result exists'.",
        discussion: """
            First steps: 'sluice init' writes a configuration, 'sluice check' proves it, 'sluice serve' \
            runs it.
            Exit codes: 0 done, 1 failed, 64 wrong usage, 78 invalid configuration.
            """,
        version: Version.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Setting up:",
                subcommands: [
                    InitCommand.self, CheckCommand.self, SchemaCommand.self, DoctorCommand.self,
                    ReferenceCommand.self,
                ]
            ),
            CommandGroup(
                name: "Running:",
                subcommands: [ServeCommand.self, RunCommand.self, TestCommand.self, SuggestCommand.self]
            ),
            CommandGroup(
                name: "Objects:",
                subcommands: [PutCommand.self, GetCommand.self, ListCommand.self, RemoveCommand.self]
            ),
            CommandGroup(name: "Batch jobs:", subcommands: [JobCommand.self, SchedulesCommand.self]),
            CommandGroup(
                name: "Watching and mending:",
                subcommands: [
                    StatusCommand.self, EventsCommand.self, WhyCommand.self, DeliveriesCommand.self,
                    DeadCommand.self,
                    TriggerCommand.self, LedgerCommand.self, ReloadCommand.self, WorkerCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        sluice_bound_heap()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as ConfigurationFailure {
            failure.report()
            exit(withError: ExitCode(78))
        } catch let error as SluiceError {
            end(with: error)
        } catch {
            exit(withError: error)
        }
    }

    /// Tells a failure on standard error and ends the command with its exit code.
    static func end(with error: SluiceError) -> Never {
        let wantsJSON = CommandLine.arguments.contains("--json")
        if wantsJSON, let data = try? ViewCoding.encode(ErrorView(error)) {
            Terminal.note(String(decoding: data, as: UTF8.self))
        } else {
            Terminal.note(String(ErrorText.text(error, Terminal.error).dropLast()))
        }
        exit(withError: ExitCode(ErrorText.exitCode(of: error)))
    }
}
