/// Configurations that `sluice init` writes.
package enum Examples {
    /// A configuration with the directories that it needs.
    package struct Example: Sendable {
        package let text: String
        package let directories: [String]
    }

    /// All examples by name.
    package static let all: [String: Example] = [
        "log-etl": Example(text: logETL, directories: ["buckets/inbox", "buckets/unpacked", "buckets/clean"])
    ]

    /// Equal to `fixtures/log-etl/sluice.yaml`, which the demo runs; a test compares them.
    package static let logETL = #"""
        state: ./state

        """#
}
