internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import ObjectStorage

/// `sluice ls BUCKET[:PREFIX]`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List a bucket's objects, page by page as its store gives them.",
        discussion: """
            Each page of up to 1,000 is ordered by key; stores give their pages in the order of keys, a \
            directory gives them in the order of its file system. Nothing is kept, however many objects \
            there are. With --json the answer is one object: `objects`, then `not_objects`, of which the \
            first 1,000 are named and all are counted in `not_object_count`.
            """
    )

    /// What S3 lists with one request.
    private static let pageSize = 1000

    @Argument(help: ArgumentHelp("The bucket, and how keys begin.", valueName: "bucket[:prefix]")) var place:
        String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let configuration = try options.load()
        let named = place.contains(":") ? place : place + ":"
        guard let place = PlaceArgument(argument: named) else { throw ValidationError("Name a bucket.") }
        guard let bucket = configuration.bucket(place.bucket) else {
            throw BucketStore.unknown(place.bucket, in: configuration)
        }
        let lister = try BucketStore.store(bucket).list(prefix: place.key)
        var stream = ListingStream(bucket: place.bucket, json: options.json, style: Terminal.output)
        while true {
            let page = try await lister.next(limit: Self.pageSize)
            if page.isEmpty { break }
            Terminal.write(try stream.add(page))
        }
        Terminal.write(try stream.end())
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
            let store = try BucketStore.store(of: place, in: configuration)
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
