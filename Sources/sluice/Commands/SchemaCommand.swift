internal import ArgumentParser
internal import Daemon

/// `sluice schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the configuration file, for editors."
    )

    func run() throws { Terminal.write(ConfigurationTable.jsonSchema) }
}
