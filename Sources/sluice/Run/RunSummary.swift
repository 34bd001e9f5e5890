package import ControlPlane
internal import EventModel
package import FunctionRuntime

/// What `sluice run` did with its inputs.
package struct RunSummary: Codable, Sendable, Hashable {
    /// The function.
    package let function: String
    /// One entry per input, in order.
    package let inputs: [RunInputView]

    package init(function: String, inputs: [RunInputView]) {
        self.function = function
        self.inputs = inputs
    }
}

/// What became of one input.
package struct RunInputView: Codable, Sendable, Hashable {
    /// The input as named; `-` is standard input.
    package let input: String
    /// Where the result is; null on standard output, or when the run failed.
    @OrNull package var output: String?
    /// Where the rejects are; null when there are none or nobody asked for them.
    @OrNull package var rejects: String?
    /// Where the records went; null where the function passes bytes.
    @OrNull package var records: TallyView?
    /// Where they went step by step, in order; none where the function passes bytes.
    package let stages: [StageView]
    /// Stored bytes read.
    package let bytesIn: UInt64
    /// Stored bytes written.
    package let bytesOut: UInt64
    /// Uncompressed bytes read.
    package let textBytesIn: UInt64
    /// How long it took.
    package let seconds: Double
    /// Remarks of the run.
    package let warnings: [String]
    /// Why it failed.
    @OrNull package var failure: ErrorView?

    /// What became of the members of an archive; null where the input is none.
    @OrNull package var members: MembersView?
    /// How many results were written.
    package let outputs: Int
    /// How the input was read, where that was found out.
    package let notes: [String]

    /// Shows a run that succeeded.
    init(
        input: String,
        _ published: RunOutputs.Published,
        _ report: InvocationReport,
        bytesIn: UInt64,
        seconds: Double
    ) {
        self.input = input
        self.bytesIn = bytesIn
        self.seconds = seconds
        bytesOut = published.bytes
        outputs = published.count
        textBytesIn = report.textBytesIn
        stages = report.stages.map(StageView.init)
        warnings = report.warnings
        notes = report.notes
        output = published.result
        rejects = published.rejects
        records = report.tally.map(TallyView.init)
        members = report.members.map(MembersView.init)
        failure = nil
    }

    /// Shows a run that failed.
    init(input: String, failure: SluiceError, bytesIn: UInt64, seconds: Double) {
        self.init(
            input: input,
            RunOutputs.Published(),
            InvocationReport(),
            bytesIn: bytesIn,
            seconds: seconds
        )
        self.failure = ErrorView(failure)
    }
}

/// Where the records of one step went; what is neither dropped nor rejected went on.
package struct StageView: Codable, Sendable, Hashable {
    /// The step as the configuration calls it: `parse: json`, `drop_if`.
    package let name: String
    /// Records that came to it.
    package let `in`: UInt64
    /// Records that it dropped on purpose.
    package let dropped: UInt64
    /// Records that it rejected.
    package let rejected: UInt64
    /// Records that it found to be copies of others.
    package let deduplicated: UInt64

    /// Shows a step of a report.
    package init(_ stage: InvocationReport.Stage) {
        name = stage.name
        self.in = stage.input
        dropped = stage.dropped
        rejected = stage.rejected
        deduplicated = stage.deduplicated
    }

    /// `997 in, 10 dropped`.
    package var text: String {
        let losses = [(dropped, "dropped"), (rejected, "rejected"), (deduplicated, "deduplicated")]
            .filter { $0.0 > 0 }
        let parts = losses.map { count, word in "\(Figures.count(count)) \(word)" }
        return (["\(Figures.count(`in`)) in"] + parts).joined(separator: ", ")
    }
}

/// The summary for people.
package enum RunText {
    /// The lines of one input.
    package static func text(_ view: RunInputView, _ style: Style) -> String {
        let name = Printable.escape(view.input == "-" ? "standard input" : view.input)
        if let failure = view.failure {
            return style(name, .strong) + "  " + style("failed, nothing was written", .bad) + "\n"
                + ErrorText.block(failure, style, indent: "  ")
        }
        var text = style(name, .strong) + (view.output.map { " → \(Printable.escape($0))" } ?? "") + "\n"
        if let records = view.records { text += "  records  \(DeliveryText.tally(records))\n" }
        let width = view.stages.map { Printable.width($0.name) }.max() ?? 0
        for (index, stage) in view.stages.enumerated() {
            let gap = String(repeating: " ", count: width - Printable.width(stage.name))
            text += "  \(index == 0 ? "steps" : "     ")    \(stage.name)\(gap)  \(stage.text)\n"
        }
        if let members = view.members {
            text += "  members  \(DeliveryText.members(members))\n"
            for line in DeliveryText.rejectedMembers(members) {
                text += "  " + style("rejected", .warning) + " \(line)\n"
            }
        }
        if view.outputs != 1 { text += "  outputs  \(Figures.count(view.outputs))\n" }
        text += "  bytes    \(Figures.bytes(view.bytesIn)) in (\(Figures.bytes(view.textBytesIn)) of text), "
        text += "\(Figures.bytes(view.bytesOut)) out\n"
        let speed = view.seconds > 0 ? Double(view.textBytesIn) / 1e6 / view.seconds : 0
        let rate = Figures.fixed(speed, speed < 10 ? 1 : 0)
        text += "  time     \(Figures.seconds(view.seconds)), \(rate) MB/s of text\n"
        if (view.records?.rejected ?? 0) + (view.members?.rejected ?? 0) > 0 {
            let place =
                view.rejects.map { "in \(Printable.escape($0))" } ?? "not kept; name a file with --rejects"
            text += "  " + style("rejects", .warning) + "  \(place)\n"
        }
        for note in view.notes { text += "  note     \(Printable.escape(note))\n" }
        for warning in view.warnings {
            text += "  " + style("warning", .warning) + "  \(Printable.escape(warning))\n"
        }
        return text
    }
}
