/// Configurations that `sluice init` writes.
package enum Examples {
    /// A configuration with the directories that it needs.
    package struct Example: Sendable {
        /// The file.
        package let text: String
        /// Buckets' directories, below the file's own.
        package let directories: [String]
    }

    /// All examples by name.
    package static let all: [String: Example] = [
        "log-etl": Example(text: logETL, directories: ["buckets/inbox", "buckets/unpacked", "buckets/clean"])
    ]

    /// Equal to `fixtures/log-etl/sluice.yaml`, which the demo runs; a test compares them.
    package static let logETL = #"""
        # Sluice's configuration: buckets hold objects, functions say what is done with an object, triggers say which
        # objects go to which function. All paths are relative to this file. `sluice check` reports every mistake \#
        at once.

        state: ./state                    # the ledger, the socket of the running service, work files

        buckets:                          # a bucket is a directory; an object is a file in it; its path is the key
          inbox: { path: ./buckets/inbox }          # log files are dropped here; `after: delete` would clear them \#
        away
          unpacked: { path: ./buckets/unpacked }    # between the two stages
          clean: { path: ./buckets/clean }          # the results

        functions:
          unpack:                         # no `parse`: bytes pass through, whatever they are
            steps:
              - decompress: auto          # gzip, zstd or nothing, told by the first bytes and not by the name
              - compress: none

          clean-access-log:
            steps:
              - drop_if: line.contains("GET /healthz ")   # before `parse`, a step sees the raw line: cheapest of all
              - parse: combined           # makes the fields client_ip, timestamp, method, path, status, bytes, …
              - redact: { fields: [client_ip], as: mask } # 203.0.113.77 becomes 203.0.113.0
              - drop: [ident, user]
              - set: { error: status >= 500 }             # a new field from an expression (CEL)
              - encode: ndjson
              - compress: { format: zstd, level: 3 }

          clean-application-log:
            steps:
              - parse: json               # values that no step touches keep their bytes: 1.10 stays 1.10
              - drop_if: level == "DEBUG"
              - redact: { fields: [email], as: mask }     # ann17@example.com becomes ***@example.com
              - encode: ndjson
              - compress: { format: zstd, level: 3 }

        triggers:
          unpack:                         # stage one: every object of the inbox becomes plain text
            bucket: inbox
            match: ["web/**", "app/**"]   # `**` stands for any number of directories
            function: unpack
            output: "unpacked:{dir}/{stem}"               # web/shop/2026-10-01.log.gz → web/shop/2026-10-01

          access-logs:                    # stage two begins by itself: what stage one writes is an event as well
            bucket: unpacked
            match: "web/**"
            function: clean-access-log
            output: "clean:{key}.ndjson.zst"
            rejects: "clean:rejects/{key}.ndjson"         # lines that are no access log, each with its reason
            retry: { attempts: 5, backoff: 1s..5m }       # for what may pass; a corrupt file is not tried again

          application-logs:
            bucket: unpacked
            match: "app/**"
            function: clean-application-log
            output: "clean:{key}.ndjson.zst"
            rejects: "clean:rejects/{key}.ndjson"

        """#
}
