internal import ArgumentParser
internal import EventModel
internal import EventProcessing
internal import Foundation

/// Which objects a job is about.
struct JobSelection: ParsableArguments {
    @Option(help: "Objects of this trigger; may be given several times.") var trigger: [String] = []
    @Option(help: "Instead of triggers: this function, with --bucket and --output.") var function: String?
    @Option(help: "A bucket of --function's objects; may be given several times.") var bucket: [String] = []
    @Option(help: "Keys that begin so; may be given several times.") var prefix: [String] = []
    @Option(help: "Keys that match this glob; may be given several times.") var glob: [String] = []
    @Option(help: ArgumentHelp("A condition, as in a trigger's when:.", valueName: "expression")) var when:
        String?
    @Option(
        help: ArgumentHelp("Modified at or after: 2026-10-01, or with a time and zone.", valueName: "time")
    )
    var since: String?
    @Option(help: ArgumentHelp("Modified before.", valueName: "time")) var before: String?
    @Option(
        help: ArgumentHelp(
            """
            A list of objects: a file or BUCKET:KEY with lines Bucket,Key[,VersionId], keys URL-encoded; \
            or the manifest.json of an S3 Inventory.
            """,
            valueName: "list"
        )
    )
    var manifest: String?
    @Flag(help: "Outputs that another logic, or another version than today's, made.") var stale = false
    @Flag(help: "Objects without outputs.") var missing = false
    @Flag(help: "Dead letters.") var failed = false
    @Option(help: ArgumentHelp("Where results go instead; BUCKET:TEMPLATE.", valueName: "place")) var output:
        String?
    @Option(
        help: ArgumentHelp(
            "Merge the groups of all objects into one result there; BUCKET:KEY, {stem} is job-ID.",
            valueName: "place"
        )
    )
    var reduce: String?
    @Option(help: ArgumentHelp("Where rejects go, with --output or --reduce.", valueName: "place"))
    var rejects: String?

    /// What the options say; checked by whoever runs the job.
    func specification() throws(SluiceError) -> JobSpecification {
        var specification = JobSpecification()
        specification.triggers = trigger
        specification.function = function
        specification.buckets = bucket
        specification.prefixes = prefix
        specification.globs = glob
        specification.when = when
        specification.since = try since.map { text throws(SluiceError) in try JobMoment.parse(text) }
        specification.before = try before.map { text throws(SluiceError) in try JobMoment.parse(text) }
        specification.manifest = manifest.map(Self.place)
        specification.conditions =
            (stale ? [.stale] : []) + (missing ? [.missing] : []) + (failed ? [.failed] : [])
        specification.output = output
        specification.rejects = rejects
        specification.reduce = reduce
        return specification
    }

    /// A file's absolute path, for the service works elsewhere; anything else as it is.
    private static func place(_ text: String) -> String {
        guard !text.hasPrefix("/"), FileManager.default.fileExists(atPath: text) else { return text }
        return FileManager.default.currentDirectoryPath + "/" + text
    }
}

/// How a job is carried out.
struct JobTerms: ParsableArguments {
    @Option(help: "Jobs of a higher priority are served first.") var priority = 0
    @Option(help: ArgumentHelp("Fail when more fail: a number, or 2%.", valueName: "limit")) var maxFailures:
        String?
    @Option(help: ArgumentHelp("Begin at most so many a second: 500/s.", valueName: "rate")) var rate: String?
    @Option(help: ArgumentHelp("Pause at this time: 06:00, or a date with time and zone.", valueName: "time"))
    var until: String?
    @Option(help: ArgumentHelp("Write the report there when it ends; BUCKET:PREFIX.", valueName: "place"))
    var report: String?

    /// Adds them to a specification.
    func apply(to specification: inout JobSpecification) throws(SluiceError) {
        specification.priority = priority
        specification.report = report
        if let text = maxFailures {
            guard let limit = JobFailureLimit(text) else {
                throw SluiceError(
                    .commandUsage,
                    "--max-failures is '\(Printable.escape(text))'.",
                    hint: "Write a number, or a percentage such as 2%."
                )
            }
            specification.maxFailures = limit
        }
        if let text = rate {
            let number = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
            guard let value = Double(number), value > 0 else {
                throw SluiceError(
                    .commandUsage,
                    "--rate is '\(Printable.escape(text))'.",
                    hint: "Write objects a second, such as 500/s."
                )
            }
            specification.ratePerSecond = value
        }
        specification.until = try until.map { text throws(SluiceError) in try JobMoment.next(text) }
    }
}

/// Moments as people write them.
enum JobMoment {
    /// `2026-10-01` (its beginning in UTC), or RFC 3339.
    static func parse(_ text: String) throws(SluiceError) -> Timestamp {
        let full = text.count == 10 ? text + "T00:00:00Z" : text
        let strategies: [Date.ISO8601FormatStyle] = [
            .iso8601,
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .colon),
        ]
        for strategy in strategies {
            if let date = try? Date(full, strategy: strategy) {
                return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
            }
        }
        throw SluiceError(
            .commandUsage,
            "'\(Printable.escape(text))' is no time.",
            hint: "Write 2026-10-01, or 2026-10-01T06:00:00Z."
        )
    }

    /// The next time that the clock here shows `06:00`, or a moment as `parse` takes it.
    static func next(_ text: String) throws(SluiceError) -> Timestamp {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard text.count == 5, parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1])
        else {
            return try parse(text)
        }
        let wanted = DateComponents(hour: parts[0], minute: parts[1])
        guard let date = Calendar.current.nextDate(after: Date(), matching: wanted, matchingPolicy: .nextTime)
        else { return try parse(text) }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
    }
}
