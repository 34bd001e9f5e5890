internal import ArgumentParser
internal import ControlPlane

/// `sluice why BUCKET:KEY`
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Explain a key: which triggers take it, what became of it, who made it."
    )

    @Argument(help: ArgumentHelp("The key, with its bucket.", valueName: "bucket:key"))
    var place: PlaceArgument

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let door = try await options.door()
        let explanation = try await door.get(ExplanationView.self, "/v1/why", place.query)
        try options.show(explanation, ExplanationText.text(explanation, Terminal.output))
    }
}
