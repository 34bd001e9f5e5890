public import EventModel

/// What `{ env: NAME }` and `{ file: PATH }` stand for: the environment and the files of whoever reads the
/// configuration, passed in so that tests and a reload own them.
public struct ExternalValues: Sendable {
    /// Longest value that a file may give: secrets and names are short.
    public static let maximumByteCount = 64 << 10
    /// The value of an environment variable, or nil.
    let variable: @Sendable (String) -> String?
    /// The bytes of a file whose path may be relative to the configuration's directory.
    let file: @Sendable (String) throws(SluiceError) -> [UInt8]

    /// Takes an environment and a reader of files.
    public init(
        variable: @escaping @Sendable (String) -> String?,
        file: @escaping @Sendable (String) throws(SluiceError) -> [UInt8]
    ) {
        self.variable = variable
        self.file = file
    }

    /// No variable is set and no file exists.
    public static let none = Self(variables: [:])

    /// Takes variables, and files from memory by the path as written.
    public init(variables: [String: String], files: [String: [UInt8]] = [:]) {
        self.init(
            variable: { variables[$0] },
            file: { (path) throws(SluiceError) in
                guard let bytes = files[path] else {
                    throw SluiceError(.configMissingValue, "The file '\(path)' does not exist.")
                }
                return bytes
            }
        )
    }
}

extension ConfigNode {
    /// The names whose mapping stands for a string.
    private static let sources = ["env", "file"]

    /// The text of a scalar, of `{ env: NAME }` or of `{ file: PATH }`; reports and returns nil otherwise.
    ///
    /// A number or `no` counts as the text that was written. Nothing else is expanded.
    public func text(_ diagnostics: inout Diagnostics) -> String? {
        switch value {
        case .scalar(let text, _) where !isNull:
            return text
        case .mapping(let entries) where entries.count == 1 && Self.sources.contains(entries[0].name):
            return external(entries[0], &diagnostics)
        default:
            diagnostics.error(.configInvalidValue, "\(displayPath) must be a string, not \(kind).", at: self)
            return nil
        }
    }

    /// A string that never prints (trap S11).
    ///
    /// Warns when it is written in the file itself.
    public func secret(_ diagnostics: inout Diagnostics) -> Secret? {
        guard let text = text(&diagnostics) else { return nil }
        if case .scalar = value {
            diagnostics.warning(
                .configInlineSecret,
                "\(path) is a secret, written in the configuration itself.",
                hint: "Write { env: NAME } or { file: PATH } instead.",
                at: self
            )
        }
        return Secret(text)
    }

    private func external(_ source: Entry, _ diagnostics: inout Diagnostics) -> String? {
        guard case .scalar(let name, _) = source.value.value, !source.value.isNull else {
            diagnostics.error(.configInvalidValue, "\(source.value.path) must be a string.", at: source.value)
            return nil
        }
        if source.name == "env" {
            if let text = diagnostics.externals.variable(name), !text.isEmpty { return text }
            diagnostics.error(
                .configMissingValue,
                "The environment variable \(name) is not set.",
                hint: "Set it before the program starts, or use { file: PATH }.",
                at: source.value
            )
            return nil
        }
        do throws(SluiceError) {
            return try Self.content(of: name, diagnostics.externals)
        } catch {
            diagnostics.error(.configMissingValue, error.message, hint: error.hint, at: source.value)
            return nil
        }
    }

    /// A file's text without the line ending that editors leave behind.
    private static func content(of path: String, _ externals: ExternalValues) throws(SluiceError) -> String {
        var bytes = try externals.file(path)
        guard bytes.count <= ExternalValues.maximumByteCount else {
            throw SluiceError(.configMissingValue, "The file '\(path)' is larger than 64 KiB.")
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else { throw SluiceError(.configMissingValue, "The file '\(path)' is empty.") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SluiceError(.configMissingValue, "The file '\(path)' is not UTF-8 text.")
        }
        return text
    }
}
