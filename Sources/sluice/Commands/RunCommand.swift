internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import Execution
internal import Foundation
internal import FunctionRuntime
internal import RecordEngine

/// `sluice run FUNCTION INPUT… [-o OUT]`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a function over local files or standard input, without a service.",
        discussion: """
            A result becomes visible only when its input was read to its end without damage; this holds for \
            standard output as well, which is written at the end. The summary goes to standard error, with \
            --json to standard output where -o is given.
            """
    )

    @Argument(help: "The function's name in the configuration.") var function: String
    @Argument(help: ArgumentHelp("Files; - is standard input.", valueName: "input")) var inputs: [String]
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            """
            A file, or an existing directory (one file per input); else standard output. A directory for \
            functions with several outputs.
            """,
            valueName: "out"
        )
    )
    var output: String?
    @Option(help: ArgumentHelp("Write rejected records to this file (with one input).", valueName: "file"))
    var rejects: String?
    @Option(help: "At most so many threads; as many as there are processors.") var threads: Int?
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Name at least one input, or - for standard input.") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be from 1 to 1024.")
        }
        if inputs.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("Standard input can be read once.")
        }
        if rejects != nil, inputs.count > 1 { throw ValidationError("--rejects takes one input.") }
        if options.json, output == nil {
            throw ValidationError("--json needs -o: standard output holds the result.")
        }
    }

    func run() async throws {
        let configuration = try options.load()
        guard let definition = configuration.function(FunctionName(function)) else {
            let known = configuration.functions.map(\.name.rawValue).joined(separator: ", ")
            throw SluiceError(
                .runInput,
                "There is no function '\(Printable.escape(function))' in \(configuration.file).",
                hint: "Functions are \(known)."
            )
        }
        Files.raiseDescriptorLimit()
        if let rejects, inputs.contains(where: { Self.isSameFile($0, rejects) }) {
            throw SluiceError(.runOutput, "\(rejects) is an input.", hint: "Write rejects to another file.")
        }
        for path in [output, rejects].compactMap(\.self) { try Self.checkReplaceable(path) }
        let places = try definition.placeholders.isEmpty ? self.places() : trees(definition)
        let identities = Set(inputs.compactMap(Self.identity))
        let runner = FunctionRunner(definition, threads: threads ?? NativeThread.availableProcessorCount)
        let jobs = zip(inputs, places).map {
            FunctionRunner.Job(input: $0.0, result: $0.1, rejects: rejects, allInputs: identities)
        }
        let views = await runner.run(jobs) { view in
            if !options.json { Terminal.write(Array(RunText.text(view, Terminal.error).utf8), to: 2) }
        }
        if options.json { try options.show(RunSummary(function: function, inputs: views), "") }
        if views.contains(where: { $0.failure != nil }) { throw ExitCode(1) }
    }

    /// Where the results of a function with several outputs go: below one directory, which is made if it is
    /// missing.
    private func trees(_ definition: FunctionDefinition) throws(SluiceError) -> [RunOutputs.Place] {
        let names = definition.placeholders.sorted().map { "{\($0)}" }.joined(separator: ", ")
        guard let output else {
            throw SluiceError(
                .runOutput,
                "Function '\(Printable.escape(function))' has several outputs (\(names)).",
                hint: "Name a directory for them with -o."
            )
        }
        if let status = FileStatus(path: output), !status.isDirectory {
            throw SluiceError(
                .runOutput,
                "\(output) is no directory, and function '\(Printable.escape(function))' has several outputs "
                    + "(\(names)).",
                hint: "Name a directory with -o."
            )
        }
        try Files.makeDirectory(output)
        let directory = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
        let isShared = inputs.count > 1
        return try baseNames(in: directory).map { .tree(directory, baseName: $0, isShared: isShared) }
    }

    /// What each input's result is called in a directory; refuses two of the same name.
    private func baseNames(in directory: String) throws(SluiceError) -> [String] {
        var names: Set<String> = []
        return try inputs.map { (input) throws(SluiceError) in
            let name = Self.baseName(of: input)
            guard names.insert(name).inserted else {
                throw SluiceError(.runOutput, "Two inputs would both be written to \(directory)/\(name).")
            }
            return name
        }
    }

    /// Where each input's result goes; refuses what would let one result overwrite another.
    ///
    /// `RunOutputs` refuses those in a directory that would overwrite an input.
    private func places() throws(SluiceError) -> [RunOutputs.Place] {
        var isDirectory: ObjCBool = false
        guard let output else {
            guard inputs.count == 1 else {
                throw SluiceError(.runOutput, "Several inputs need -o with a directory.")
            }
            return [.standardOutput]
        }
        let exists = unsafe FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory)
        guard isDirectory.boolValue || output.hasSuffix("/") || inputs.count > 1 else {
            if exists, inputs.contains(where: { Self.isSameFile($0, output) }) {
                throw SluiceError(.runOutput, "\(output) is an input.", hint: "Write to another file.")
            }
            if let rejects, rejects == output || (exists && Self.isSameFile(rejects, output)) {
                throw SluiceError(
                    .runOutput,
                    "\(output) cannot hold both the result and the rejects.",
                    hint: "Name two files."
                )
            }
            return [.file(output)]
        }
        guard isDirectory.boolValue else {
            throw SluiceError(
                .runOutput,
                "\(output) is no directory.",
                hint: "Make it, or name an existing one."
            )
        }
        return try baseNames(in: output).map { .directory(output, baseName: $0) }
    }

    /// Refuses devices and pipes: a result takes the place of what has its name.
    private static func checkReplaceable(_ path: String) throws(SluiceError) {
        guard let status = FileStatus(path: path), !status.isRegular, !status.isDirectory else { return }
        throw SluiceError(
            .runOutput,
            "\(path) is no file that a result could replace.",
            hint: "Leave -o out and redirect standard output; leave --rejects out to only count them."
        )
    }

    /// Which file an input is; nil where it is none, or is not there.
    private static func identity(of input: String) -> FileStatus.Identity? {
        let status = input == "-" ? FileStatus(descriptor: 0) : FileStatus(path: input)
        return status?.isRegular == true ? status?.identity : nil
    }

    /// The input's last component without the ending of a codec.
    private static func baseName(of input: String) -> String {
        guard input != "-" else { return "stdin" }
        let name = String(input[(input.lastIndex(of: "/").map(input.index(after:)) ?? input.startIndex)...])
        return RunOutputs.withoutCodec(name)
    }

    private static func isSameFile(_ left: String, _ right: String) -> Bool {
        guard let file = identity(of: left) else { return false }
        return file == FileStatus(path: right)?.identity
    }
}
