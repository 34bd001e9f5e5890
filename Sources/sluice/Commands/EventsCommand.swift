internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import Foundation

/// `sluice events [--follow]`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened lately: the last 10,000 entries of this boot."
    )

    @Flag(name: [.short, .long], help: "Go on as things happen, until interrupted.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "Show so many of the last entries.")
    var last: Int = 50

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if last < 0 { throw ValidationError("--last must not be negative.") }
    }

    func run() async throws {
        let door = try await options.service()
        var view = try await door.get(FeedView.self, "/v1/events", ["limit": "1000"])
        var recent = view.events
        while view.events.count == 1000 {
            view = try await door.get(
                FeedView.self,
                "/v1/events",
                ["limit": "1000", "after": String(view.next)]
            )
            recent += view.events
        }
        try show(Array(recent.suffix(last)))
        while follow {
            let next = try await door.get(
                FeedView.self,
                "/v1/events",
                ["limit": "1000", "after": String(view.next), "wait": "25"]
            )
            // A service that started anew counts from 1 again.
            if next.boot != view.boot {
                view = try await door.get(FeedView.self, "/v1/events", ["limit": "1000"])
                try show(view.events)
            } else {
                try show(next.events)
                view = next
            }
        }
    }

    /// One line per entry, also with `--json`, so that it can be followed.
    private func show(_ events: [FeedEntryView]) throws(SluiceError) {
        for event in events {
            if options.json {
                Terminal.write(String(decoding: try ViewCoding.encode(event), as: UTF8.self) + "\n")
            } else {
                Terminal.write(FeedText.line(event, Terminal.output))
            }
        }
    }
}
