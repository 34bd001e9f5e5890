internal import ArgumentParser
internal import EventModel
internal import Foundation
internal import RecordEngine

/// `sluice reference DIR`
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Write the reference pages of all parsers, steps and encoders into a directory.",
        shouldDisplay: false
    )

    @Argument(help: ArgumentHelp("An existing directory.", valueName: "dir")) var directory: String

    func run() throws {
        for page in ReferencePages.all {
            do {
                try page.text.write(toFile: "\(directory)/\(page.name)", atomically: true, encoding: .utf8)
            } catch {
                throw SluiceError(
                    .runOutput,
                    "\(directory)/\(page.name) cannot be written: \(error.localizedDescription)",
                    hint: "Name an existing directory."
                )
            }
        }
    }
}
