internal import ArgumentParser
internal import ControlPlane
internal import EventModel

/// `sluice schedules …`
struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules",
        abstract: "List schedules: when they run next, and what came of the last run; or run one now.",
        subcommands: [List.self, Run.self],
        defaultSubcommand: List.self
    )

    /// `sluice schedules list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List schedules.")

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let page = try await door.get(SchedulePageView.self, "/v1/schedules")
            try options.show(page, ScheduleText.list(page.schedules, Terminal.output))
        }
    }

    /// `sluice schedules run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start the job of a schedule now, whatever its plan and its former job."
        )

        @Argument(help: "The schedule's name.") var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let path = "/v1/schedules/\(APIRequest.encode(name))/runs"
            let job = try await door.post(JobView.self, path)
            let note = door.isService ? "" : "; no service runs, so it begins with the next 'sluice serve'"
            try options.show(job, "job \(job.id) started\(note)\n")
        }
    }
}
