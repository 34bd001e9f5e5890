internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import Foundation
internal import Settings

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The configuration file (or SLUICE_CONFIG).", valueName: "file"))
    var config: String?

    @Flag(name: .long, help: "Write JSON, for programs.")
    var json = false

    /// The configuration's path: the option, the variable, or `sluice.yaml` here.
    var path: String {
        if let config { return config }
        let variable = ProcessInfo.processInfo.environment["SLUICE_CONFIG"] ?? ""
        return variable.isEmpty ? "sluice.yaml" : variable
    }

    /// Reads the configuration; throws `ConfigurationFailure` with all its mistakes.
    func load() throws -> SluiceConfiguration { try loadWithFindings().configuration }

    /// The same, with what `sluice check` warns of.
    func loadWithFindings() throws -> (configuration: SluiceConfiguration, findings: CheckView) {
        let result = read()
        guard let configuration = result.configuration else {
            throw ConfigurationFailure(result: result, json: json)
        }
        return (configuration, CheckView(result))
    }

    /// Reads the configuration for a command that opens no TCP door: who may use the buckets or the socket
    /// need not know the service's token, nor have its variable set.
    private func read() -> ConfigurationLoader.Result {
        let result = ConfigurationLoader.load(path: path)
        let errors = result.diagnostics.filter { $0.severity == .error }
        let isToken = errors.allSatisfy {
            $0.code == .configMissingValue
                && ($0.path.hasPrefix("listen.token") || $0.path.hasPrefix("listen.webhook"))
        }
        guard !errors.isEmpty, isToken else { return result }
        let process = ConfigurationSurroundings.process
        let placeholder = String(repeating: "x", count: 32)
        let withoutToken = ConfigurationSurroundings(
            variable: { name in
                // Variables that nobody names in the file are as unset as they are.
                if name.hasPrefix("AWS_") || name == "HOME" { return process.variable(name) }
                return process.variable(name) ?? placeholder
            },
            read: { (path, limit) throws(SluiceError) in
                (try? process.read(path, limit)) ?? Array(placeholder.utf8)
            },
            canonicalPath: process.canonicalPath,
            processorCount: process.processorCount,
            currentDirectory: process.currentDirectory
        )
        return ConfigurationLoader.load(path: path, withoutToken)
    }

    /// The running service, or its ledger while no service runs. A file with mistakes does not hide a service
    /// that runs with an earlier text of it.
    func door() async throws -> any Door {
        let result = read()
        if let configuration = result.configuration { return try await DoorFinder.door(to: configuration) }
        return try await runningService(result)
    }

    /// The running service.
    func service() async throws -> any Door {
        let result = read()
        if let configuration = result.configuration {
            return try await DoorFinder.service(at: configuration.state)
        }
        return try await runningService(result)
    }

    private func runningService(_ result: ConfigurationLoader.Result) async throws -> any Door {
        guard let state = StateLocator.state(in: result),
            StateDirectory.holder(of: state)?.purpose == .service
        else {
            throw ConfigurationFailure(result: result, json: json)
        }
        return try await DoorFinder.service(at: state)
    }

    /// Writes a view as JSON, or what `text` makes of it.
    func show(_ view: some Encodable, _ text: @autoclosure () -> String) throws(SluiceError) {
        if json {
            Terminal.write(String(decoding: try ViewCoding.encode(view, pretty: true), as: UTF8.self) + "\n")
        } else {
            Terminal.write(text())
        }
    }
}

/// A configuration that cannot be used, with all its mistakes.
struct ConfigurationFailure: Error {
    let result: ConfigurationLoader.Result
    let json: Bool

    /// Tells all mistakes on standard error, or as JSON on standard output.
    func report() {
        let view = CheckView(result)
        if json, let data = try? ViewCoding.encode(view, pretty: true) {
            Terminal.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            let source = Terminal.errorIsTerminal ? result.source : nil
            Terminal.write(Array(FindingsText.text(view, source: source, Terminal.error).utf8), to: 2)
        }
    }
}
