internal import ArgumentParser
internal import Daemon

/// `sluice doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what stands in the service's way, with the command to mend it."
    )

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let (configuration, check) = try options.loadWithFindings()
        let found = [DoctorCheck("configuration", .good, configuration.file)] + DoctorCheck.warnings(check)
        let checks = await Doctor(configuration).checks()
        let view = DoctorView(found + checks)
        try options.show(view, DoctorText.text(view, Terminal.output))
        if !view.ok { throw ExitCode(1) }
    }
}
