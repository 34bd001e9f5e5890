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
# Sluice's configuration: buckets hold objects, functions say what is done with an object, triggers
# say which objects go to which function. All paths are relative to this file. `sluice check` reports
# every mistake at once.

state: ./state                    # the ledger, the socket of the running service, work files

buckets:                          # a bucket is a directory, an object a file in it, its key the path
  inbox: { path: ./buckets/inbox }          # partners upload here
  unpacked: { path: ./buckets/unpacked }    # between the two stages
  clean: { path: ./buckets/clean }          # the results

functions:
  unpack:                         # no `parse`: bytes pass through, one output for each member
    steps:
      - decompress: auto          # gzip, zstd, xz, bzip2, lz4 or nothing: the first bytes tell
      - unarchive: auto           # tar or zip; a damaged member is rejected, the others go out
      - compress: none

  decompress:
    steps: [ { decompress: auto }, { compress: none } ]

  clean-access-log:
    steps:
      - drop_if: line.contains("GET /healthz ")   # before `parse`: the raw line, cheapest of all
      - parse: combined           # makes the fields client_ip, timestamp, method, path, status, …
      - timestamp: timestamp      # 01/Oct/2026:13:55:36 +0200 becomes 2026-10-01T11:55:36Z
      - redact: { fields: [client_ip], as: mask } # 203.0.113.77 becomes 203.0.113.0
      - drop: [ident, user]
      - set: { error: status >= 500 }             # a new field from an expression (CEL)
      - set: { service: 'path.startsWith("/api/") ? "api" : "shop"' }
      - partition: "dt={timestamp:%Y-%m-%d}/service={service}" # an output for each
      - encode: ndjson
      - compress: { format: zstd, level: 3 }

  clean-application-log:
    steps:
      - parse: json               # values that no step touches keep their bytes: 1.10 stays 1.10
      - drop_if: level == "DEBUG"
      - timestamp: timestamp
      - redact: { fields: [email], as: mask }     # ann17@example.com becomes ***@example.com
      - set: { error: level == "ERROR" }
      - partition: "dt={timestamp:%Y-%m-%d}/service={service}"
      - encode: ndjson
      - compress: { format: zstd, level: 3 }

triggers:
  packs:                          # stage one: each member of a pack becomes an object of its own
    bucket: inbox
    match: ["**/*.tar.gz", "**/*.zip"]            # `**` stands for any number of directories
    function: unpack
    output: "unpacked:{dir}/{stem}/{member}"      # a/09-01.tar.gz → a/09-01/web1/access.log
    rejects: "clean:rejects/packs/{key}.ndjson"   # members that could not be read, and why
    retry: { attempts: 5, backoff: 1s..5m }       # not for corrupt files, but for what may pass

  logs:                           # stage one for logs without an archive around them
    bucket: inbox
    match: ["**/*.log.gz", "**/*.log.zst"]
    function: decompress
    output: "unpacked:{dir}/{stem}.log"

  access-logs:                    # stage two begins by itself: what stage one writes is an event
    bucket: unpacked
    match: "**/*.log"
    function: clean-access-log
    output: "clean:web/{partition}/{dir}/{stem}.ndjson.zst"
    rejects: "clean:rejects/web/{key}.ndjson"     # lines that are no access log, and why

  application-logs:
    bucket: unpacked
    match: "**/*.ndjson"
    function: clean-application-log
    output: "clean:app/{partition}/{dir}/{stem}.ndjson.zst"
    rejects: "clean:rejects/app/{key}.ndjson"

"""#
}
