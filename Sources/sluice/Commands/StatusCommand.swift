internal import ArgumentParser
internal import ControlPlane

/// `sluice status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the service: health, triggers, buckets, what waits."
    )

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let door = try await options.door()
        let status = try await door.get(StatusView.self, "/v1/status")
        try options.show(status, StatusText.text(status, Terminal.output))
    }
}
