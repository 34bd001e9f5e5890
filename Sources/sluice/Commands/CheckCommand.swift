internal import ArgumentParser
internal import ControlPlane
internal import Daemon
internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// `sluice check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration and report every mistake, or tell what would become of a key."
    )

    @Option(
        help: ArgumentHelp("Tell which triggers would take this key, and why not.", valueName: "bucket:key")
    )
    var key: PlaceArgument?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let result = ConfigurationLoader.load(path: options.path)
        guard let configuration = result.configuration else {
            throw ConfigurationFailure(result: result, json: options.json)
        }
        if let key {
            let view = try await KeyCheck.view(of: key, in: configuration)
            return try options.show(view, KeyCheckText.text(view, Terminal.output))
        }
        let view = CheckView(result)
        if !options.json, !view.findings.isEmpty {
            let source = Terminal.errorIsTerminal ? result.source : nil
            Terminal.write(Array(FindingsText.text(view, source: source, Terminal.error).utf8), to: 2)
        }
        try options.show(view, CheckText.summary(configuration, Terminal.output))
    }
}

/// What would become of a key, without a service or a ledger.
enum KeyCheck {
    /// Asks the store for the object, and every trigger for its verdict.
    static func view(
        of place: PlaceArgument,
        in configuration: SluiceConfiguration
    ) async throws(SluiceError) -> KeyCheckView {
        guard let bucket = configuration.bucket(place.bucket) else {
            throw BucketStore.unknown(place.bucket, in: configuration)
        }
        let store = try BucketStore.store(bucket)
        if let refusal = store.refusal(of: place.key) { throw refusal }
        let info = try await store.head(place.key)
        let event = ObjectEvent(
            bucket: place.bucket,
            key: place.key,
            type: .createdPut,
            version: info?.version,
            sizeBytes: info?.sizeBytes ?? 0,
            time: info?.modified ?? Timestamp(nanoseconds: 0)
        )
        var verdicts: [KeyVerdictView] = []
        for verdict in configuration.matcher.verdicts(for: event) {
            guard let trigger = configuration.trigger(verdict.trigger) else { continue }
            let isTaken = verdict.refusal == nil
            verdicts.append(
                KeyVerdictView(
                    trigger: trigger.name.rawValue,
                    takes: isTaken,
                    refusal: verdict.refusal,
                    function: trigger.function.rawValue,
                    output: isTaken ? place.rendered(by: trigger.output) : nil,
                    rejects: isTaken ? trigger.rejects.flatMap(place.rendered(by:)) : nil
                )
            )
        }
        return KeyCheckView(
            place: PlaceView(place.bucket, place.key),
            exists: info != nil,
            verdicts: verdicts
        )
    }
}

extension PlaceArgument {
    /// `bucket:key` of the output; nil where the template needs more than the key.
    fileprivate func rendered(by template: OutputTemplate) -> String? {
        do throws(SluiceError) {
            return "\(template.bucket):\(try template.render(source: key))"
        } catch {
            // `{member}` and the like are known only when the object is read: show the template itself.
            return "\(template.bucket):\(template.text)"
        }
    }
}
