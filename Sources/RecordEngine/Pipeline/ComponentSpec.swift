/// What a step, parser or encoder is called, does and guarantees: help and fingerprints are made from it.
public struct ComponentSpec: Sendable, Hashable {
    /// The word in the configuration.
    public let name: String
    /// One sentence.
    public let summary: String
    /// Raised whenever the same configuration makes other bytes of the same input; part of the fingerprint.
    public let semantics: Int
    /// YAML.
    public let example: String
    /// The fields it makes, where they are always the same.
    public var fields: [String] = []
    /// What can be set, in the order of importance.
    public var options: [Option] = []
    /// What else users must know: paragraphs of Markdown.
    public var notes = ""
    /// What each field is, where it is not just text.
    public var fieldKinds: [String: String] = [:]
    /// Inputs that show what it does, each of one or more lines; the reference page runs them.
    public var samples: [String] = []

    /// One entry of the component's mapping.
    public struct Option: Sendable, Hashable {
        /// The word in the configuration.
        public let name: String
        /// What its value is, as users read it: `text`, `list of names`, `bytes`, `condition`.
        public let kind: String
        /// What holds where nothing is said, as written in the configuration; nil where it must be said.
        public let standard: String?
        /// One sentence.
        public let summary: String

        /// Describes an option.
        init(_ name: String, _ kind: String, standard: String?, _ summary: String) {
            self.name = name
            self.kind = kind
            self.standard = standard
            self.summary = summary
        }
    }
}
