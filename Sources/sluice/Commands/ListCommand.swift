internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import ObjectStorage

/// `sluice ls BUCKET[:PREFIX]`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List a bucket's objects, in the order of their keys."
    )

    @Argument(help: ArgumentHelp("The bucket, and how keys begin.", valueName: "bucket[:prefix]")) var place:
        String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let configuration = try options.load()
        let named = place.contains(":") ? place : place + ":"
        guard let place = PlaceArgument(argument: named) else { throw ValidationError("Name a bucket.") }
        guard let bucket = configuration.bucket(place.bucket) else {
            throw LocalBucket.unknown(place.bucket, in: configuration)
        }
        let lister = try LocalBucket.store(bucket).list(prefix: place.key)
        var objects: [ObjectInfo] = []
        var others: [IneligibleView] = []
        while true {
            let page = try await lister.next(limit: 1000)
            if page.isEmpty { break }
            for entry in page {
                switch entry {
                case .object(let info): objects.append(info)
                case .ineligible(let key, let reason):
                    others.append(IneligibleView(place: PlaceView(place.bucket, key), reason: reason))
                }
            }
        }
        objects.sort { $0.key < $1.key }
        let view = ListingView(objects: objects.map(ObjectView.init), notObjects: others)
        try options.show(view, ListingText.text(view, Terminal.output))
    }
}

/// `sluice rm BUCKET:KEY…`
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove objects from a bucket."
    )

    @Argument(help: ArgumentHelp("The objects.", valueName: "bucket:key")) var places: [PlaceArgument]
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let configuration = try options.load()
        var isMissing = false
        for place in places {
            let store = try LocalBucket.store(of: place, in: configuration)
            if try await store.delete(place.key, ifVersion: nil) {
                if !options.json { Terminal.write("removed  \(place.text)\n") }
            } else {
                isMissing = true
                Terminal.note("There is no object \(place.text).")
            }
        }
        if isMissing { throw ExitCode(1) }
        if options.json { try options.show(AcceptedView(), "") }
    }
}
