internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel

/// `sluice ledger …`
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Verify or back up the ledger.",
        subcommands: [Verify.self, Backup.self]
    )

    /// `sluice ledger verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove the ledger's counters against its rows, and the rows against each other."
        )

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let view = try await door.get(VerificationView.self, "/v1/ledger/verify")
            let text =
                view.ok
                ? Terminal.output("ok", .good) + "  the ledger agrees with itself\n"
                : view.problems.map { Terminal.output("wrong", .bad) + "  \(Printable.escape($0))\n" }
                    .joined()
            try options.show(view, text)
            if !view.ok { throw ExitCode(1) }
        }
    }

    /// `sluice ledger backup`
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the ledger of a stopped service to a file, whole and verified."
        )

        @Argument(help: "The file to write; must not exist.") var file: String
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let access = try await OfflineAccess.open(try options.load())
            try await access.backUp(to: file)
            try options.show(AcceptedView(), "ok  \(Printable.escape(file))\n")
        }
    }
}
