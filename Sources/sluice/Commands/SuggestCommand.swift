internal import ArgumentParser
internal import EventModel

/// `sluice suggest FILE`
struct SuggestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Look at a file and write the functions that read it.",
        discussion: """
            Tells codecs, archive, charset, framing and format by the file's first bytes, not by its name, and \
            shows the first records. What it found goes to standard error, the configuration to standard output.
            """
    )

    @Argument(help: "A local file: a log, packed or not, or an archive of logs.") var file: String
    @Option(
        help: ArgumentHelp("Look into at most so many bytes of an archive's text.", valueName: "count")
    )
    var bytes: Int = 256 << 20
    @Flag(help: "Write JSON, for programs.") var json = false

    func validate() throws {
        if bytes < 1 { throw ValidationError("--bytes must be at least 1.") }
    }

    func run() throws {
        let suggestion = try Suggestion(ObjectSample(file, byteLimit: bytes), path: file)
        let view = SuggestionView(suggestion, file: file)
        if json {
            Terminal.write(try view.json())
        } else {
            Terminal.write(Array(SuggestText.text(view, Terminal.error).utf8), to: 2)
            Terminal.write(view.configuration)
        }
    }
}
