internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import EventProcessing
internal import Logging

/// `sluice serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: watch the buckets and process what arrives.",
        discussion: """
            SIGTERM or SIGINT stop it gracefully: work in flight gets 25 s to end, and no try is lost. A \
            second one ends it at once, which is safe as well. SIGHUP reads the configuration again.
            With --once every bucket is scanned, everything that can be processed now is, and the command \
            ends. Exit codes then: 0 everything is done; 1 a bucket or a store could not be used, a dead \
            letter was made, or something waits for a later try, all of it said on standard error, and the \
            next run goes on with what waits; 130 and 143 it was told to stop before that, by SIGINT and \
            SIGTERM.
            """
    )

    @Flag(help: "Process what is there now, then end; for cron and CI.")
    var once = false

    @Option(help: "text or json; text where standard error is a terminal.")
    var logFormat: LogFormatArgument?

    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel: LogLevelArgument = LogLevelArgument(level: .info)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let result = ConfigurationLoader.load(path: options.path)
        guard let configuration = result.configuration else {
            throw ConfigurationFailure(result: result, json: options.json)
        }
        let logger = LogSetup.logger(format: logFormat?.format ?? .automatic, level: logLevel.level)
        let ending = try await DaemonService(
            configuration: configuration,
            warnings: CheckView(result),
            logger: logger,
            once: once
        ).run()
        switch ending {
        case .stopped: return
        case .interrupted(let signal): throw ExitCode(128 + signal)
        case .round(let report):
            if let failure = report.failure { throw failure }
        }
    }
}
