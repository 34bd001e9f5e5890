internal import RecordEngine

/// The YAML of a suggestion: functions that `sluice check` accepts, and how triggers would call them.
struct SuggestedConfiguration {
    /// The text.
    let text: String

    /// One function for a file or for an archive of one kind; else one that unpacks, and one for each kind.
    init(_ readings: [Suggestion.Reading], isArchive: Bool) {
        if isArchive, readings.count > 1 {
            text = Self.stages(readings)
        } else {
            text = readings.first.map { Self.single($0, isArchive: isArchive) } ?? ""
        }
    }

    /// The steps up to `parse`, without their dashes.
    static func steps(_ guess: FormatGuess) -> [String] {
        var steps: [String] = []
        if guess.charset != "utf-8" { steps.append("charset: \(guess.charset)") }
        if let frame = guess.frame { steps.append("frame: \(frame)") }
        return steps + ["parse: \(guess.parse)"]
    }

    private static func single(_ reading: Suggestion.Reading, isArchive: Bool) -> String {
        let output = isArchive ? "clean:{key}/{member}.ndjson.zst" : "clean:{dir}/{stem}.ndjson.zst"
        return "functions:\n"
            + function(reading.function, (isArchive ? ["unarchive: auto"] : []) + full(reading.kind.guess))
            + "# triggers:                     # with buckets 'inbox' and 'clean'\n"
            + trigger(reading.function, on: "inbox", match: "**", output: output)
    }

    private static func stages(_ readings: [Suggestion.Reading]) -> String {
        var text = "functions:\n" + function("unpack", ["unarchive: auto"])
        for reading in readings { text += function(reading.function, full(reading.kind.guess)) }
        text += "# triggers:                     # with buckets 'inbox', 'unpacked' and 'clean'\n"
        text += trigger("unpack", on: "inbox", match: "**", output: "unpacked:{key}/{member}")
        for reading in readings {
            text += trigger(
                reading.function,
                on: "unpacked",
                match: "**/" + pattern(reading.kind.members, others: readings),
                output: "clean:{key}.ndjson.zst"
            )
        }
        return text
    }

    private static func full(_ guess: FormatGuess) -> [String] {
        steps(guess) + ["encode: ndjson", "compress: { format: zstd, level: 3 }"]
    }

    private static func function(_ name: String, _ steps: [String]) -> String {
        "  \(name):\n    steps:\n" + steps.map { "      - \($0)\n" }.joined()
    }

    private static func trigger(
        _ function: String,
        on bucket: String,
        match: String,
        output: String
    ) -> String {
        var lines = ["  \(function):", "    bucket: \(bucket)", "    match: \(quoted(match))"]
        lines += ["    function: \(function)", "    output: \(quoted(output))"]
        if function != "unpack" { lines.append("    rejects: \"clean:rejects/{key}.ndjson\"") }
        return lines.map { "# \($0)\n" }.joined()
    }

    /// A pattern for members: by their ending where it is theirs alone, else by their names.
    private static func pattern(_ members: [String], others: [Suggestion.Reading]) -> String {
        let endings = Set(members.map(ending))
        let elsewhere = others.flatMap(\.kind.members).filter { !members.contains($0) }.map(ending)
        if endings.count == 1, let ending = endings.first, !ending.isEmpty, !elsewhere.contains(ending) {
            return "*" + ending
        }
        let names = members.prefix(3).map {
            String($0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...])
        }
        let escaped = Set(names).sorted().map(literal)
        return escaped.count == 1 ? escaped[0] : "{\(escaped.joined(separator: ","))}"
    }

    private static func ending(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot > (name.lastIndex(of: "/") ?? name.startIndex) else {
            return ""
        }
        let ending = String(name[dot...])
        return ending.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } ? ending : ""
    }

    /// A name as a glob that matches only it.
    private static func literal(_ name: String) -> String {
        String(name.map { "*?[]{},\\".contains($0) ? "?" : $0 })
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
