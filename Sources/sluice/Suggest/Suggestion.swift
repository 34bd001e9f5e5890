internal import EventModel
internal import Foundation
internal import FunctionRuntime
internal import RecordEngine
internal import Settings

/// How a file can be read, and the configuration that does it.
struct Suggestion {
    /// Texts of one kind: the same charset, framing and parser.
    struct Kind {
        /// How they are read.
        let guess: FormatGuess
        /// Their members; empty where the file is no archive.
        var members: [String]
        /// The longest sample of them.
        var sample: ObjectSample.Unit
    }

    /// What one kind becomes.
    struct Reading {
        /// How it is read.
        let kind: Kind
        /// The function's name.
        let function: String
        /// The first records, as NDJSON.
        let records: [String]
        /// Records of the sample, and how many of them were read.
        let count: UInt64
        let read: UInt64
    }

    /// So many records are shown.
    private static let shownRecords = 5

    /// The sample that it is made of.
    let sample: ObjectSample
    /// One for each kind, the most frequent first.
    let readings: [Reading]
    /// `functions:` in YAML, with a hint at `triggers:`.
    let yaml: String

    /// Looks at the sample of the file `path`.
    ///
    /// Throws when no text is found in it.
    init(_ sample: ObjectSample, path: String) throws(SluiceError) {
        self.sample = sample
        var kinds: [Kind] = []
        for unit in sample.units where Self.isText(unit.text) {
            guard let guess = Sniffer.guess(unit.text).first else { continue }
            let key = [guess.charset, guess.frame ?? "", guess.parse]
            let known = kinds.firstIndex {
                [$0.guess.charset, $0.guess.frame ?? "", $0.guess.parse] == key
            }
            if let known {
                kinds[known].members += unit.member.map { [$0] } ?? []
                if unit.text.count > kinds[known].sample.text.count { kinds[known].sample = unit }
            } else {
                kinds.append(Kind(guess: guess, members: unit.member.map { [$0] } ?? [], sample: unit))
            }
        }
        guard !kinds.isEmpty else {
            let isEmpty = sample.units.isEmpty && sample.damaged.isEmpty
            throw SluiceError(
                isEmpty ? .suggestEmpty : .suggestBinary,
                isEmpty ? "\(path) holds no text." : "\(path) holds no text that can be cut into records.",
                hint: isEmpty
                    ? "Name a file with some lines." : "A function without 'parse' passes bytes through."
            )
        }
        kinds.sort { $0.members.count > $1.members.count }
        let names = Self.names(kinds)
        var readings: [Reading] = []
        for (kind, name) in zip(kinds, names) { readings.append(try Self.read(kind, name)) }
        self.readings = readings
        yaml = SuggestedConfiguration(readings, isArchive: sample.archive != nil).text
    }

    /// A name for each: `clean-json`, with a number where two kinds have one parser.
    private static func names(_ kinds: [Kind]) -> [String] {
        var used: [String: Int] = [:]
        return kinds.map { kind in
            let format = kind.guess.parse.hasPrefix("{") ? "csv" : kind.guess.parse
            let name = "clean-" + String(format.map { $0 == "_" ? "-" : $0 })
            used[name, default: 0] += 1
            return used[name] == 1 ? name : "\(name)-\(used[name] ?? 0)"
        }
    }

    /// Runs the suggested steps over the sample.
    private static func read(_ kind: Kind, _ name: String) throws(SluiceError) -> Reading {
        let steps = SuggestedConfiguration.steps(kind.guess) + ["encode: ndjson"]
        let text = "steps:\n" + steps.map { "  - \($0)\n" }.joined()
        var diagnostics = Diagnostics()
        guard let node = YAML.parse(Array(text.utf8), &diagnostics),
            let definition = FunctionDefinition.decode(name: FunctionName(name), node: node, &diagnostics),
            let pipeline = definition.pipeline
        else {
            throw SluiceError(
                .suggestFailed,
                "The suggested steps are no function: \(diagnostics.findings.first?.message ?? text)",
                hint: "This is a defect of Sluice: please report it with the file."
            )
        }
        var bytes = kind.sample.text
        // What is cut off at the end of the sample is no record.
        if !kind.sample.isWhole, kind.guess.charset.hasPrefix("utf-16") == false,
            let end = bytes.lastIndex(of: 0x0A)
        {
            bytes.removeSubrange((end + 1)...)
        }
        let run = try pipeline.runInMemory(bytes)
        let lines = (run.results.first?.bytes ?? []).split(separator: 0x0A).prefix(shownRecords)
        return Reading(
            kind: kind,
            function: name,
            records: lines.map { String(decoding: $0, as: UTF8.self) },
            count: run.report.tally.input,
            read: run.report.tally.input - run.report.tally.rejected
        )
    }

    /// Whether bytes are text: control characters are rare in it, except for UTF-16, whose bytes may be any.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let head = bytes.prefix(8 << 10)
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return true }
        let controls = head.count { byte in
            (byte < 0x20 && ![0x09, 0x0A, 0x0D, 0x1B].contains(byte)) || byte == 0x7F
        }
        if controls * 50 <= head.count { return true }
        // UTF-16 without a mark: half of the bytes are zero, and no other control characters.
        let zeros = head.count { $0 == 0 }
        return zeros * 10 > head.count * 4 && zeros * 10 < head.count * 6
            && (controls - zeros) * 50 <= head.count
    }
}

extension SluiceError.Code {
    /// There is nothing in the file that a suggestion could be made of.
    static let suggestEmpty = Self("suggest.empty", .usage)
    /// The file holds something else than text.
    static let suggestBinary = Self("suggest.not-text", .usage)
    /// The suggestion is wrong.
    static let suggestFailed = Self("suggest.failed", .usage)
}
