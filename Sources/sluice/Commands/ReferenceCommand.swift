internal import ArgumentParser
internal import Daemon
internal import EventModel
internal import Foundation
internal import RecordEngine

/// `sluice reference DIR`
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Write the generated pages of a directory of documentation anew.",
        discussion: """
            The pages of all parsers, steps and encoders below DIR/reference, and the tables of settings in \
            DIR/configuration.md.
            """,
        shouldDisplay: false
    )

    @Argument(help: ArgumentHelp("The directory 'docs'.", valueName: "dir")) var directory: String

    func run() throws {
        do {
            let reference = directory + "/reference"
            try FileManager.default.createDirectory(atPath: reference, withIntermediateDirectories: true)
            for page in ReferencePages.all {
                try page.text.write(toFile: "\(reference)/\(page.name)", atomically: true, encoding: .utf8)
            }
            let path = directory + "/configuration.md"
            let page = try String(contentsOfFile: path, encoding: .utf8)
            try Self.withSettings(page).write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw SluiceError(
                .runOutput,
                "The pages in \(directory) cannot be written: \(error.localizedDescription)",
                hint: "Name the directory 'docs' of Sluice's repository."
            )
        }
    }

    /// The page with the settings of this version between its two marks.
    private static func withSettings(_ page: String) -> String {
        guard let begin = page.range(of: "word for word -->\n\n"),
            let end = page.range(of: "\n<!-- end of settings -->")
        else { return page }
        return page[..<begin.upperBound] + ConfigurationTable.markdown + page[end.lowerBound...]
    }
}
