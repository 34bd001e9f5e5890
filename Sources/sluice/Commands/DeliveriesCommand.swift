internal import ArgumentParser
internal import ControlPlane
internal import EventModel

/// `sluice deliveries …`
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "List, show, retry or cancel deliveries.",
        subcommands: [List.self, Show.self, Retry.self, Cancel.self],
        defaultSubcommand: List.self
    )

    /// `sluice deliveries list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")

        @Option(help: ArgumentHelp("Only these states, separated by commas.", valueName: "states"))
        var state: String?
        @OptionGroup var filter: DeliveryFilter
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let page = try await filter.page(door, states: state)
            try options.show(page, DeliveryText.list(page.deliveries, Terminal.output) + filter.more(page))
        }
    }

    /// `sluice deliveries show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a delivery with its attempts and outputs."
        )

        @Argument(help: "The delivery's number.") var id: Int64
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let history = try await door.get(HistoryView.self, "/v1/deliveries/\(id)")
            try options.show(history, DeliveryText.show(history, Terminal.output))
        }
    }

    /// `sluice deliveries retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make dead or cancelled deliveries ready again, with all their tries."
        )

        @Argument(help: "The deliveries' numbers.") var ids: [Int64]
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await Change.apply("retry", ids: ids, reason: nil, try await options.door(), options)
        }
    }

    /// `sluice deliveries cancel`
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel ready, running or dead deliveries; a commit under way goes forward."
        )

        @Argument(help: "The deliveries' numbers.") var ids: [Int64]
        @Option(help: "Why; kept with the delivery.") var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await Change.apply("cancel", ids: ids, reason: reason, try await options.door(), options)
        }
    }
}

/// Which deliveries to list.
struct DeliveryFilter: ParsableArguments {
    @Option(help: "Only of this trigger.") var trigger: String?
    @Option(help: ArgumentHelp("Only of this key.", valueName: "bucket:key")) var key: PlaceArgument?
    @Option(name: [.customShort("n"), .long], help: "At most so many, 1 to 1000.") var limit: Int = 100
    @Option(help: ArgumentHelp("Older than this delivery: the next page.", valueName: "id")) var before:
        Int64?

    func validate() throws {
        if !(1...1000).contains(limit) { throw ValidationError("--limit must be from 1 to 1000.") }
    }

    /// Asks for a page.
    func page(_ door: any Door, states: String?) async throws(SluiceError) -> DeliveryPageView {
        try await door.get(
            DeliveryPageView.self,
            "/v1/deliveries",
            [
                "state": states, "trigger": trigger, "bucket": key?.bucket.rawValue,
                "key": key?.key.description,
                "limit": String(limit), "before": before.map(String.init),
            ]
        )
    }

    /// How to see what follows the page.
    func more(_ page: DeliveryPageView) -> String {
        page.next.map { "There are more: --before \($0)\n" } ?? ""
    }
}

/// Changes deliveries and tells which.
enum Change {
    /// Applies `retry` or `cancel`; fails when it changed nothing.
    static func apply(
        _ verb: String,
        ids: [Int64],
        reason: String?,
        _ door: any Door,
        _ options: GlobalOptions
    ) async throws {
        guard !ids.isEmpty else { return }
        let result = try await door.post(
            ChangedView.self,
            "/v1/deliveries:\(verb)",
            BulkBody(ids: ids, reason: reason)
        )
        try options.show(result, text(verb, result))
        if result.changed.isEmpty { throw ExitCode(1) }
    }

    private static func text(_ verb: String, _ result: ChangedView) -> String {
        let done = verb == "retry" ? "ready again" : "cancelled"
        var text =
            result.changed.isEmpty
            ? "" : "\(done): \(result.changed.map(String.init).joined(separator: ", "))\n"
        if !result.unchanged.isEmpty {
            text += "unchanged: \(result.unchanged.map(String.init).joined(separator: ", "))"
            text +=
                verb == "retry"
                ? " (not dead or cancelled, or a newer version took over)\n" : " (ended already)\n"
        }
        return text
    }
}
