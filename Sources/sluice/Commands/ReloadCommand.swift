internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import Foundation

/// `sluice reload`
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract:
            "Make the running service read its configuration again; a mistake changes nothing."
    )

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let door = try await options.service()
        let answer = try await door.send("POST", "/v1/reload", body: Data())
        guard answer.status == 200 || answer.status == 422 else {
            let failure = try ViewCoding.decode(ErrorView.self, from: answer.body)
            throw SluiceError(.init(failure.code, .usage), failure.message, hint: failure.hint)
        }
        let check = try ViewCoding.decode(CheckView.self, from: answer.body)
        try options.show(
            check,
            FindingsText.text(check, source: nil, Terminal.output)
                + (check.ok ? "The new configuration is in use.\n" : "")
        )
        if !check.ok { throw ExitCode(78) }
    }
}
