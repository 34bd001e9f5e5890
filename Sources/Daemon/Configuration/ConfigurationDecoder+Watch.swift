internal import EventModel
internal import EventProcessing
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// What `watch:` says.
    struct Watch {
        /// The longest time between two complete scans; nil is the usual one.
        var scan: Duration?
        /// How long a file must rest.
        var settle = Duration.seconds(2)
        /// What is scanned more often.
        var recent: RecentScan?
        /// Who announces what happens.
        var notifications = NotificationsConfiguration()
    }

    /// How a bucket is watched.
    mutating func decodeWatch(
        _ node: ConfigNode,
        of place: BucketPlace?,
        isStore: Bool,
        hasWebhook: Bool
    ) -> Watch {
        var watch = Watch()
        guard var reader = MappingReader(node, &diagnostics) else { return watch }
        if let node = reader.optional("scan") {
            watch.scan = node.duration(in: .seconds(1) ... .seconds(7 * 86_400), &diagnostics)
        }
        if let node = reader.optional("settle") {
            watch.settle = node.duration(in: .zero ... .seconds(3600), &diagnostics) ?? watch.settle
        }
        watch.recent = reader.optional("recent").flatMap { decodeRecent($0) }
        let notifications = reader.optional("notifications")
        reader.finish(&diagnostics)
        guard let notifications else { return watch }
        guard isStore else {
            diagnostics.error(
                .configInvalidValue,
                "\(notifications.path): a directory sends no notifications.",
                hint: "Leave it out: the kernel tells of changes in a directory.",
                at: notifications
            )
            return watch
        }
        var region: String?
        if case .s3(let place) = place { region = place.region }
        watch.notifications = .decode(notifications, region: region, hasWebhook: hasWebhook, &diagnostics)
        return watch
    }

    /// `recent: { prefix: "logs/{yyyy}/{mm}/{dd}/", every: 30s, days: 2 }`.
    private mutating func decodeRecent(_ node: ConfigNode) -> RecentScan? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let prefix = reader.required("prefix", &diagnostics).flatMap { decodePrefix($0) }
        var interval = Duration.seconds(30)
        if let every = reader.optional("every") {
            interval = every.duration(in: .seconds(1) ... .seconds(86_400), &diagnostics) ?? interval
        }
        let days = reader.optional("days").flatMap { $0.integer(in: 1...31, &diagnostics) } ?? 2
        reader.finish(&diagnostics)
        return prefix.map { RecentScan(template: $0, interval: interval, days: days) }
    }

    private mutating func decodePrefix(_ node: ConfigNode) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        let known = RecentScan.placeholders
        let list = known.map { "{\($0)}" }.joined(separator: ", ")
        guard let names = RecentScan.names(in: text), names.allSatisfy(known.contains) else {
            diagnostics.error(
                .configInvalidPattern,
                "\(node.path) has something else in braces than \(list).",
                hint: "Write for instance \"logs/{yyyy}/{mm}/{dd}/\"; the time is UTC.",
                at: node
            )
            return nil
        }
        guard !names.isEmpty else {
            diagnostics.error(
                .configInvalidPattern,
                "\(node.path) holds no part of the time, so that all of it would be recent for ever.",
                hint: "Use \(list), or scan the whole bucket more often with 'scan'.",
                at: node
            )
            return nil
        }
        return text
    }
}
