internal import ControlPlane
package import EventModel
internal import RecordEngine

/// What `sluice suggest` found.
package struct SuggestionView: Codable, Sendable, Hashable {
    /// Texts that are read alike.
    package struct Kind: Codable, Sendable, Hashable {
        /// The function that reads them.
        package let function: String
        /// The charset.
        package let charset: String
        /// The value of `frame`; absent where every line is a record.
        package let frame: String?
        /// The value of `parse`.
        package let parse: String
        /// Why.
        package let reason: String
        /// Members of the archive; none where the file is none.
        package let members: [String]
        /// Records of the sample.
        package let records: UInt64
        /// Those that were read.
        package let read: UInt64
        /// The first of them, as NDJSON.
        package let first: [String]
    }

    /// The file.
    package let file: String
    /// The codecs around it, the outermost first.
    package let codecs: [String]
    /// What it was taken apart as; absent where it is no archive.
    package let archive: String?
    /// Whether there is more in the archive than was looked at.
    package let isPart: Bool
    /// Members that cannot be read.
    package let damaged: [String]
    /// One for each kind of text.
    package let kinds: [Kind]
    /// The functions in YAML.
    package let configuration: String

    /// Shows a suggestion.
    init(_ suggestion: Suggestion, file: String) {
        self.file = file
        codecs = suggestion.sample.codecs
        archive = suggestion.sample.archive
        isPart = suggestion.sample.isPart
        damaged = suggestion.sample.damaged
        configuration = suggestion.yaml
        kinds = suggestion.readings.map { reading in
            Kind(
                function: reading.function,
                charset: reading.kind.guess.charset,
                frame: reading.kind.guess.frame,
                parse: reading.kind.guess.parse,
                reason: reading.kind.guess.reason,
                members: reading.kind.members,
                records: reading.count,
                read: reading.read,
                first: reading.records
            )
        }
    }

    /// As JSON, for programs.
    package func json() throws(SluiceError) -> String {
        String(decoding: try ViewCoding.encode(self, pretty: true), as: UTF8.self) + "\n"
    }
}

/// The findings for people.
package enum SuggestText {
    /// What the file is, and for each kind how it is read and its first records.
    package static func text(_ view: SuggestionView, _ style: Style) -> String {
        let members = view.kinds.reduce(0) { $0 + $1.members.count }
        let archive = view.archive.map {
            ["\($0) with \(view.isPart ? "more than " : "")\(Figures.count(members)) members of text"]
        }
        let layers = view.codecs + (archive ?? [])
        var text = style(Printable.escape(view.file), .strong)
        text += layers.isEmpty ? "  not packed\n" : "  \(layers.joined(separator: ", "))\n"
        for line in view.damaged {
            text += "  " + style("damaged", .warning) + "  \(Printable.escape(line))\n"
        }
        for kind in view.kinds { text += "\n" + self.text(kind, style) }
        return text + "\n"
    }

    private static func text(_ kind: SuggestionView.Kind, _ style: Style) -> String {
        let how = [kind.parse, kind.frame.map { "frame \($0)" }, kind.charset].compactMap(\.self)
        var text = style(how.joined(separator: ", "), .strong) + "  \(kind.reason)\n"
        if !kind.members.isEmpty {
            let named = kind.members.prefix(5).map(Printable.escape).joined(separator: ", ")
            let more = kind.members.count > 5 ? " and \(Figures.count(kind.members.count - 5)) more" : ""
            text += "  members  \(named)\(more)\n"
        }
        let share = kind.records == 0 ? 0 : Double(kind.read) / Double(kind.records) * 100
        let tone: Style.Tone = kind.read == kind.records ? .good : .warning
        text += "  sample   " + style("\(Figures.fixed(share, 1)) %", tone)
        text += " of \(Figures.count(kind.records)) records can be read\n"
        for record in kind.first {
            let line = Printable.escape(record)
            text += "  " + (style.width.map { clipped(line, to: $0 - 3) } ?? line) + "\n"
        }
        return text
    }

    private static func clipped(_ text: String, to width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(1, width - 1))) + "…"
    }
}
