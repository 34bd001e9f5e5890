internal import CSimdjson
internal import Settings

/// `parse: auto`: the parser that fits the first lines of each unit.
///
/// One decision per unit, made of its sample alone, so every block of it is read alike (trap J09).
final class AutoParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "auto",
        summary: "The parser that reads the first lines of each object, or of each member of an archive.",
        semantics: 1,
        example: "- parse: auto",
        options: [
            ComponentSpec.Option(
                "candidates",
                "list of formats",
                standard: "all that are recognised",
                "The formats to choose from."
            ),
            ComponentSpec.Option(
                "fallback",
                "reject or raw",
                standard: "reject",
                "What becomes of a line that the chosen parser rejects: `raw` keeps it in `message`, with "
                    + "the reason in `_parse_error`."
            ),
        ],
        notes: """
            Looks at the first 200 lines (64 KiB at most) and takes the first of these formats that reads all
            of them, or else the one that reads most: \(FormatName.allCases.map { "`\($0.rawValue)`" }
                .joined(separator: ", ")).
            Where none reads half of them, lines stay as `raw` makes them. The report says what was chosen.

            Each object is read by one parser: lines of other formats in it are rejected or kept whole.
            Separated values need a header line and three columns; the delimiter may be `,`, `;`, `|` or a
            tab, and a row must not go over several lines.
            """,
        samples: [
            #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0000] "GET /a HTTP/1.1" 304 -"#,
            "level=info msg=\"user created\"\nlevel=warn took=3ms\njust text",
            "id;name;city\n1;Ada;London\n2;Li;Lyon", "nothing known",
        ]
    )

    /// What becomes of lines that do not fit.
    private enum Fallback: String, CaseIterable { case reject, raw }

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        let listed = options.optional("candidates")?.list(orSingle: true, &context.diagnostics)
        let named = listed?.compactMap { $0.choice(FormatName.self, &context.diagnostics) }
        let fallback = options.optional("fallback")?.choice(Fallback.self, &context.diagnostics) ?? .reject
        if let listed, named?.count != listed.count { return nil }
        // Whatever the order in the configuration, the specific ones come first.
        let formats = FormatName.allCases.filter { named?.contains($0) ?? true }
        var plans: [FormatName: ParserPlan] = [:]
        for format in formats { plans[format] = format.plan(&context) }
        let names = plans.values.flatMap(\.fields.names) + RawParser.spec.fields + misfitFields
        let decisions = FormatDecisions(formats)
        let known = plans
        var plan = ParserPlan(spec, fields: KnownFields(isOpen: true, names: names)) { setup in
            AutoParser(known, decisions, setup, keepsMisfits: fallback == .raw)
        }
        plan.carry = { carry, block in
            guard let make = decisions.score(of: block.unit).format.flatMap({ known[$0]?.carry }) else {
                return carry
            }
            return make(carry, block)
        }
        plan.note = { note(decisions.score(of: $0)) }
        return plan
    }

    /// What a line that does not fit is kept in.
    private static let misfitFields = ["message", "_parse_error"]

    /// What users read about a decision.
    private static func note(_ score: FormatProbe.Score) -> String {
        guard let format = score.format else { return "auto: raw (no format reads half of the first lines)" }
        let lines = score.read + score.rejected
        let percent = Int((score.share * 100).rounded(.down))
        return "auto: \(format.rawValue) (\(percent) % of \(lines) \(lines == 1 ? "line" : "lines"))"
    }

    private let plans: [FormatName: ParserPlan]
    private let decisions: FormatDecisions
    private let setup: ParserSetup
    /// The symbols of `misfitFields`; nil where lines that do not fit are rejected.
    private let misfit: [UInt16]?
    /// The unit that `current` is for.
    private var unit: UnitContext?
    private var current: any RecordParser
    private let raw: any RecordParser
    /// Made when a unit needs them.
    private var parsers: [FormatName: any RecordParser] = [:]

    private init(
        _ plans: [FormatName: ParserPlan],
        _ decisions: FormatDecisions,
        _ setup: ParserSetup,
        keepsMisfits: Bool
    ) {
        self.plans = plans
        self.decisions = decisions
        self.setup = setup
        misfit = keepsMisfits ? setup.symbols(of: Self.misfitFields) : nil
        raw = RawParser.plan.makeParser(setup)
        current = raw
    }

    /// Fills the fields of every live record; drops blank ones, rejects or keeps those that do not fit.
    func parse(_ batch: RecordBatch) {
        if unit !== batch.unit {
            unit = batch.unit
            current = parser(of: batch.unit)
        }
        current.parse(batch)
        if let misfit { Self.keepMisfits(batch, misfit) }
    }

    private func parser(of unit: UnitContext) -> any RecordParser {
        guard let format = decisions.score(of: unit).format, let plan = plans[format] else { return raw }
        if let made = parsers[format] { return made }
        let made = plan.makeParser(setup)
        parsers[format] = made
        return made
    }

    /// Makes records of lines that the parser rejected, unless no JSON can hold them.
    private static func keepMisfits(_ batch: RecordBatch, _ symbols: [UInt16]) {
        for index in 0..<batch.count {
            let record = unsafe batch.records[index]
            // Records that an earlier stage rejected bear its number already.
            guard record.state == UInt8(SLUICE_REJECTED), record.step == 0 else { continue }
            let isText = unsafe sluice_is_utf8(batch.text + Int(record.offset), Int(record.length))
            guard isText else { continue }
            let reason = RejectReason.describe(record, stageNames: [])
            let offset = batch.arena.count
            unsafe Array(reason.utf8).withUnsafeBytes { unsafe batch.arena.append($0) }
            let message = sluice_field.named(
                symbols[0],
                tag: SLUICE_TEXT,
                offset: Int(record.offset),
                length: Int(record.length)
            )
            var error = sluice_field.named(
                symbols[1],
                tag: SLUICE_TEXT,
                offset: offset,
                length: reason.utf8.count
            )
            error.flags |= UInt8(SLUICE_IN_ARENA)
            batch.setFields([message, error], of: index)
            unsafe batch.records[index].state = UInt8(SLUICE_LIVE)
        }
    }
}
