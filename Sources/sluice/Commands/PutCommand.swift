internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import ObjectStorage

/// `sluice put FILE BUCKET:KEY [--wait]`
struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Put a file into a bucket, whole or not at all, and perhaps wait for its results."
    )

    @Argument(help: "The file; - is standard input.") var file: String
    @Argument(
        help: ArgumentHelp(
            "Where to put it; a key that ends in / gets the file's name.",
            valueName: "bucket:key"
        )
    )
    var place: PlaceArgument
    @Flag(help: "Wait until its deliveries, and those that their outputs cause, have ended.") var wait = false
    @Option(help: "Wait at most so many seconds.") var timeout: Int = 3600
    @Option(
        help: ArgumentHelp(
            "The media type that a store keeps with it; else by the ending of the key.",
            valueName: "type"
        )
    )
    var contentType: String?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let configuration = try options.load()
        let door = wait ? try await DoorFinder.service(at: configuration.state) : nil
        let target = try completed(place)
        let upload = ObjectUpload(
            store: try BucketStore.store(
                of: target,
                in: configuration,
                journal: BucketStore.journal(of: configuration)
            ),
            key: target.key,
            file: file,
            attributes: ObjectAttributes(contentType: contentType ?? ContentTypes.type(of: target.key))
        )
        let info = try await ProgressBar.draw(target.text, upload.progress) { () async throws(SluiceError) in
            try await Interruption.watch(onSignal: upload.interrupt) { () async throws(SluiceError) in
                try await upload.run()
            }
        }
        try await hint(target, configuration, door)
        if let door {
            let follower = DeliveryFollower(door: door, deadline: ContinuousClock.now + .seconds(timeout))
            let outcome = try await follower.follow(target, version: info.version)
            try options.show(outcome, PutText.text(outcome, Terminal.output))
            if !outcome.ok { throw ExitCode(1) }
        } else {
            let view = PutView(
                ok: true,
                object: ObjectView(info),
                bucket: target.bucket.rawValue,
                refusals: [],
                deliveries: []
            )
            try options.show(view, PutText.text(view, Terminal.output))
        }
    }

    /// Appends the file's name to a key that names a directory.
    private func completed(_ place: PlaceArgument) throws(SluiceError) -> PlaceArgument {
        guard place.key.bytes.isEmpty || place.key.bytes.last == 0x2F else { return place }
        let name = (file as NSString).lastPathComponent
        guard file != "-", !name.isEmpty else {
            throw SluiceError(.commandUsage, "Standard input has no name: give the whole key.")
        }
        return PlaceArgument(bucket: place.bucket, key: ObjectKey(bytes: place.key.bytes + Array(name.utf8)))
    }

    /// Tells a running service; without one its next scan finds the object.
    private func hint(
        _ place: PlaceArgument,
        _ configuration: SluiceConfiguration,
        _ door: (any Door)?
    ) async throws(SluiceError) {
        var service = door
        if service == nil, StateDirectory.holder(of: configuration.state)?.purpose == .service {
            service = try? await DoorFinder.service(at: configuration.state)
        }
        _ = try await service?.post(
            AcceptedView.self,
            "/v1/hints",
            HintsBody([PlaceView(place.bucket, place.key)])
        )
    }
}
