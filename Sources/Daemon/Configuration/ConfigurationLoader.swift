internal import EventModel
public import Settings

/// Reads the configuration file and reports every mistake at once, each with its place, code and hint.
public enum ConfigurationLoader {
    /// What came of reading a configuration.
    public struct Result: Sendable {
        /// The configuration; nil when there is any error.
        public let configuration: SluiceConfiguration?
        /// All findings, in the order of the file.
        public let diagnostics: [Diagnostic]
        /// The file's absolute path.
        public let file: String
        /// The file's bytes, for showing the lines that findings are about; empty when it cannot be read.
        public let source: [UInt8]

        /// Whether the configuration cannot be used.
        public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
    }

    /// Reads the file at `path`, which may be relative to the current directory.
    public static func load(
        path: String,
        _ surroundings: ConfigurationSurroundings = .process
    ) -> Result {
        let file = LexicalPath.join(surroundings.currentDirectory, path)
        do throws(SluiceError) {
            let source = try surroundings.read(file, YAML.maximumByteCount)
            return load(source: source, file: file, surroundings)
        } catch {
            let hint = "Name another one with --config, or write one with 'sluice init'."
            let finding = Diagnostic(
                .error,
                .configUnreadable,
                "The configuration cannot be read. \(error.message)",
                hint: hint,
                at: .start,
                path: ""
            )
            return Result(configuration: nil, diagnostics: [finding], file: file, source: [])
        }
    }

    /// Reads a configuration from memory; `file` is where its relative paths begin.
    public static func load(
        source: [UInt8],
        file: String,
        _ surroundings: ConfigurationSurroundings = .process
    ) -> Result {
        let path = LexicalPath.join(surroundings.currentDirectory, file)
        let directory = LexicalPath.directory(of: path)
        var decoder = ConfigurationDecoder(
            file: path,
            directory: directory,
            surroundings: surroundings,
            diagnostics: Diagnostics(externals: surroundings.externals(relativeTo: directory))
        )
        let configuration = decoder.decode(source)
        return Result(
            configuration: decoder.diagnostics.hasErrors ? nil : configuration,
            diagnostics: decoder.diagnostics.sorted,
            file: path,
            source: source
        )
    }
}
