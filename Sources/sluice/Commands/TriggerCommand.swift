internal import ArgumentParser
internal import ControlPlane
internal import EventModel

/// `sluice trigger …`
struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Pause or resume a trigger.",
        subcommands: [Pause.self, Resume.self]
    )

    /// `sluice trigger pause`
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pause a trigger: it goes on seeing objects, and nothing of it runs."
        )

        @Argument(help: "The trigger's name.") var name: String
        @Option(help: "Why; shown in the status.") var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await TriggerCommand.post("pause", name, reason, options) }
    }

    /// `sluice trigger resume`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Resume a trigger and forget its failures in a row."
        )

        @Argument(help: "The trigger's name.") var name: String
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await TriggerCommand.post("resume", name, nil, options) }
    }

    private static func post(
        _ verb: String,
        _ name: String,
        _ reason: String?,
        _ options: GlobalOptions
    ) async throws {
        let door = try await options.door()
        let path = "/v1/triggers/\(APIRequest.encode(name))/\(verb)"
        let answer = try await door.post(AcceptedView.self, path, ReasonBody(reason: reason))
        try options.show(answer, "\(verb == "pause" ? "paused" : "resumed"): \(Printable.escape(name))\n")
    }
}
