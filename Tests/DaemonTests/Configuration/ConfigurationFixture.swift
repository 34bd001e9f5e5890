internal import Daemon
internal import EventModel
internal import Settings

/// Surroundings that a test owns: no variable, file or link but those it names.
enum ConfigurationFixture {
    /// Two processors, `/etc/sluice` as current directory.
    static func surroundings(
        variables: [String: String] = [:],
        files: [String: String] = [:],
        links: [String: String] = [:]
    ) -> ConfigurationSurroundings {
        ConfigurationSurroundings(
            variable: { variables[$0] },
            read: { (path, _) throws(SluiceError) in
                guard let text = files[path] else {
                    throw SluiceError(.configUnreadable, "No file '\(path)'.")
                }
                return Array(text.utf8)
            },
            canonicalPath: { links[$0] ?? $0 },
            processorCount: 2,
            currentDirectory: "/etc/sluice"
        )
    }

    /// Reads a configuration that lies in `/srv/logs`.
    static func load(
        _ text: String,
        _ surroundings: ConfigurationSurroundings = surroundings()
    ) -> ConfigurationLoader.Result {
        ConfigurationLoader.load(source: Array(text.utf8), file: "/srv/logs/sluice.yaml", surroundings)
    }

    /// `code@line:column` of every finding.
    static func findings(
        _ text: String,
        _ surroundings: ConfigurationSurroundings = surroundings()
    ) -> [String] {
        load(text, surroundings).diagnostics.map { "\($0.code)@\($0.location)" }
    }

    /// A configuration without mistakes, with room for one more part.
    static func complete(
        head: String = "",
        bucket: String = "",
        function: String = "",
        trigger: String = ""
    ) -> String {
        """
        buckets:
          inbox: { path: ./inbox\(bucket) }
          clean: { path: ./clean }
        functions:
          web: { steps: [ { parse: json } ]\(function) }
        triggers:
          all: { bucket: inbox, match: "**/*.log", function: web, output: "clean:{key}"\(trigger) }
        \(head)
        """
    }

    /// A configuration whose further bucket `lake` is at a store; some settings of it are given.
    static func withStore(_ settings: String, bucket: String = "") -> String {
        complete().replacing("  clean: {", with: "  lake: { s3: { \(settings) }\(bucket) }\n  clean: {")
    }
}
