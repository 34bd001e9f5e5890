internal import ArgumentParser
internal import ControlPlane
internal import EventModel

/// `sluice dead …`
struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "List, retry or drop dead letters: deliveries that failed for good.",
        subcommands: [List.self, Retry.self, Drop.self],
        defaultSubcommand: List.self
    )

    /// `sluice dead list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List dead letters with their reasons, newest first."
        )

        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let page = try await filter.page(door, states: "dead")
            let text =
                page.deliveries.isEmpty
                ? "No dead letters.\n" : DeliveryText.dead(page.deliveries, Terminal.output)
            try options.show(page, text + filter.more(page))
        }
    }

    /// `sluice dead retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try dead letters again.")

        @OptionGroup var selection: DeadSelection
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await selection.apply("retry", options) }
    }

    /// `sluice dead drop`
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give dead letters up: they end as cancelled and are kept with their history."
        )

        @OptionGroup var selection: DeadSelection
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await selection.apply("cancel", options) }
    }
}

/// Which dead letters to change: numbers, or all (of a trigger).
struct DeadSelection: ParsableArguments {
    @Argument(help: "The deliveries' numbers.") var ids: [Int64] = []
    @Flag(help: "All dead letters.") var all = false
    @Option(help: "All dead letters of this trigger.") var trigger: String?

    func validate() throws {
        let isBulk = all || trigger != nil
        if ids.isEmpty != isBulk { throw ValidationError("Name deliveries, or give --all or --trigger.") }
    }

    /// Applies `retry` or `cancel` to what is selected.
    func apply(_ verb: String, _ options: GlobalOptions) async throws {
        let door = try await options.door()
        for id in ids {
            // "dead drop" must never cancel a delivery that still runs.
            let state = try await door.get(HistoryView.self, "/v1/deliveries/\(id)").delivery.state
            guard state == "dead" else {
                let hint = "'sluice deliveries \(verb) \(id)' is for deliveries in any state."
                throw SluiceError(.commandFailed, "Delivery \(id) is not dead but \(state).", hint: hint)
            }
        }
        if !ids.isEmpty { return try await Change.apply(verb, ids: ids, reason: reason(verb), door, options) }
        var changed: [Int64] = []
        var unchanged: [Int64] = []
        var before: Int64?
        repeat {
            let page = try await door.get(
                DeliveryPageView.self,
                "/v1/deliveries",
                ["state": "dead", "trigger": trigger, "limit": "1000", "before": before.map(String.init)]
            )
            before = page.next
            guard !page.deliveries.isEmpty else { break }
            let result = try await door.post(
                ChangedView.self,
                "/v1/deliveries:\(verb)",
                BulkBody(ids: page.deliveries.map(\.id), reason: reason(verb))
            )
            changed += result.changed
            unchanged += result.unchanged
        } while before != nil
        let word = verb == "retry" ? "ready again" : "dropped"
        let left = unchanged.isEmpty ? "" : ", \(unchanged.count) left as they were"
        try options.show(
            ChangedView(changed: changed, unchanged: unchanged),
            "\(changed.count) \(word)\(left)\n"
        )
    }

    private func reason(_ verb: String) -> String? { verb == "cancel" ? "dropped by an operator" : nil }
}
