internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import Foundation
internal import FunctionRuntime

/// `sluice test [FUNCTION…]`
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests that the configuration holds for its functions.",
        discussion: "Compares what comes after 'encode' and before 'compress'. Exit code 1 if any test fails."
    )

    @Argument(help: ArgumentHelp("Only these functions.", valueName: "function")) var functions: [String] = []
    @OptionGroup var options: GlobalOptions

    func run() throws {
        let configuration = try options.load()
        var results: [FunctionTestView] = []
        for definition in try chosen(configuration) {
            for test in definition.tests { results.append(Self.run(test, definition, configuration)) }
        }
        let summary = TestSummary(tests: results)
        try options.show(summary, TestText.text(summary, Terminal.output))
        if summary.failed > 0 { throw ExitCode(1) }
    }

    private func chosen(_ configuration: SluiceConfiguration) throws(SluiceError) -> [FunctionDefinition] {
        if functions.isEmpty { return configuration.functions }
        return try functions.map { (name) throws(SluiceError) in
            guard let definition = configuration.function(FunctionName(name)) else {
                let known = configuration.functions.map(\.name.rawValue).joined(separator: ", ")
                throw SluiceError(
                    .runInput,
                    "There is no function '\(Printable.escape(name))' in \(configuration.file).",
                    hint: "Functions are \(known)."
                )
            }
            guard !definition.tests.isEmpty else {
                throw SluiceError(
                    .runInput,
                    "Function '\(Printable.escape(name))' has no tests.",
                    hint: "Add them below `tests:` of the function."
                )
            }
            return definition
        }
    }

    private static func run(
        _ test: FunctionTest,
        _ definition: FunctionDefinition,
        _ configuration: SluiceConfiguration
    ) -> FunctionTestView {
        let differences: [FunctionTestRun.Difference]
        do throws(SluiceError) {
            let bytes = try bytes(test.input, configuration)
            // Only functions of steps have tests.
            differences =
                definition.pipeline.map { FunctionTestRun(test, $0, bytes: bytes).differences } ?? []
        } catch {
            differences = [.failed(FunctionTestRun.SluiceErrorText(error))]
        }
        return FunctionTestView(definition.name.rawValue, test.name, differences)
    }

    private static func bytes(
        _ input: FunctionTest.Input,
        _ configuration: SluiceConfiguration
    ) throws(SluiceError) -> [UInt8] {
        switch input {
        case .text(let bytes): return bytes
        case .file(let path):
            let directory = URL(fileURLWithPath: configuration.file).deletingLastPathComponent()
            let file = URL(fileURLWithPath: path, relativeTo: directory).path
            return try Files.readAll(file, limit: 256 << 20)
        }
    }
}
