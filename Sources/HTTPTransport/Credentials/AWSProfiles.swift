internal import EventModel

/// The profiles of the shared files, `~/.aws/config` and `~/.aws/credentials`.
struct AWSProfiles {
    /// One profile's settings; holds secrets and never prints.
    struct Profile: CustomStringConvertible, CustomReflectable {
        private var values: [String: String] = [:]

        /// A setting's value; nil when it is not there, or empty.
        subscript(name: String) -> String? {
            get { values[name].flatMap { $0.isEmpty ? nil : $0 } }
            set { values[name] = newValue }
        }

        /// Takes over settings, also those that are there.
        mutating func merge(_ other: Profile) { values.merge(other.values) { $1 } }

        /// Nothing of the content.
        var description: String { "***" }
        /// Nothing of the content.
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    private var profiles: [String: Profile] = [:]

    /// Reads both files where they are; what the credentials file says goes before the config file.
    init(_ surroundings: CredentialSurroundings) throws(SluiceError) {
        let home = surroundings.variable("HOME") ?? ""
        func path(_ name: String, _ standard: String) -> String {
            let path = surroundings.variable(name) ?? "~/.aws/\(standard)"
            return path.hasPrefix("~/") ? home + path.dropFirst() : path
        }
        let config = path("AWS_CONFIG_FILE", "config")
        if let bytes = try surroundings.readFile(config) { read(bytes, isConfig: true) }
        let credentials = path("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        if let bytes = try surroundings.readFile(credentials) { read(bytes, isConfig: false) }
    }

    /// A profile; nil when neither file has it.
    func profile(_ name: String) -> Profile? { profiles[name] }

    /// Sections, `name = value` lines and comments; indented lines belong to nested settings, which nothing
    /// here needs ("Format of the config file", AWS SDKs and Tools Reference Guide).
    private mutating func read(_ bytes: [UInt8], isConfig: Bool) {
        var section: String?
        var profile = Profile()
        func store(_ profiles: inout [String: Profile]) {
            if let section { profiles[section, default: Profile()].merge(profile) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                store(&profiles)
                profile = Profile()
                let name = Self.trimmed(line.dropFirst().prefix { $0 != "]" })
                section = Self.profileName(name, isConfig: isConfig)
            } else if first != " ", first != "\t", let equals = line.firstIndex(of: "=") {
                let name = Self.trimmed(line[..<equals]).lowercased()
                profile[name] = Self.trimmed(line[line.index(after: equals)...])
            }
        }
        store(&profiles)
    }

    /// In the config file all profiles but `default` are `[profile name]`; other sections are none.
    private static func profileName(_ section: String, isConfig: Bool) -> String? {
        guard isConfig, section != "default" else { return section }
        guard section.hasPrefix("profile ") || section.hasPrefix("profile\t") else { return nil }
        return trimmed(section.dropFirst(8))
    }

    /// Without white space at the ends.
    static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
