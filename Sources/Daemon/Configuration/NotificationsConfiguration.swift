internal import EventModel
public import EventProcessing
internal import HTTPTransport
package import Settings

/// What one `notifications:` says.
public struct NotificationsConfiguration: Sendable, Hashable {
    /// Whether those that come to the webhook count.
    public var takesWebhook = false
    /// The queues whose messages count.
    public var queues: [SQSQueue] = []

    /// Only scans.
    public init() {}
}

extension NotificationsConfiguration {
    /// Reads the `notifications:` of one bucket: `webhook`, `{ sqs: … }`, or a list of them.
    ///
    /// `region` is the bucket's, for queues whose URL does not tell theirs; `hasWebhook` tells whether there
    /// is a webhook to wait for.
    package static func decode(
        _ node: ConfigNode,
        region: String?,
        hasWebhook: Bool,
        _ diagnostics: inout Diagnostics
    ) -> NotificationsConfiguration {
        var notifications = NotificationsConfiguration()
        guard let items = node.list(orSingle: true, &diagnostics) else { return notifications }
        for item in items {
            if case .scalar("webhook", _) = item.value {
                notifications.takesWebhook = true
            } else if case .mapping = item.value, var reader = MappingReader(item, &diagnostics) {
                let sqs = reader.required("sqs", &diagnostics)
                reader.finish(&diagnostics)
                if let queue = sqs.flatMap({ decodeQueue($0, region: region, &diagnostics) }) {
                    notifications.queues.append(queue)
                }
            } else {
                diagnostics.error(
                    .configInvalidValue,
                    "\(item.path) must be webhook or { sqs: { queue: URL } }.",
                    at: item
                )
            }
        }
        if notifications.takesWebhook, !hasWebhook {
            diagnostics.error(
                .configMissingKey,
                "\(node.path) waits for the webhook, and listen.webhook is not set.",
                hint: "Write listen: { webhook: { address: \"127.0.0.1:8485\", token: { env: NAME } } }",
                at: node
            )
        }
        return notifications
    }

    private static func decodeQueue(
        _ node: ConfigNode,
        region: String?,
        _ diagnostics: inout Diagnostics
    ) -> SQSQueue? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let queue = reader.required("queue", &diagnostics)
        let ownRegion = reader.optional("region")
        let endpointNode = reader.optional("endpoint")
        reader.finish(&diagnostics)
        guard let queue, let url = queue.text(&diagnostics) else { return nil }
        guard let host = SQSQueue.host(ofQueue: url) else {
            diagnostics.error(
                .configInvalidValue,
                "\(queue.path) must be the URL of a queue.",
                hint: "For instance \"https://sqs.eu-west-1.amazonaws.com/123456789012/uploads\".",
                at: queue
            )
            return nil
        }
        let endpoint = endpointNode.flatMap { decodeEndpoint($0, &diagnostics) }
        let known =
            if let ownRegion { ownRegion.region(&diagnostics) } else {
                Self.region(ofHost: host.host) ?? region
            }
        guard let known else {
            if ownRegion == nil {
                diagnostics.error(.configMissingKey, "\(node.path) needs 'region'.", at: node)
            }
            return nil
        }
        return SQSQueue(url: url, region: known, endpoint: endpoint)
    }

    private static func decodeEndpoint(
        _ node: ConfigNode,
        _ diagnostics: inout Diagnostics
    ) -> HTTPEndpoint? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let endpoint = HTTPEndpoint(url: text) { return endpoint }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be a URL without a path.",
            hint: "Write for instance \"http://127.0.0.1:9324\".",
            at: node
        )
        return nil
    }

    /// `sqs.REGION.amazonaws.com` (AWS, "Amazon SQS endpoints and quotas").
    private static func region(ofHost host: String) -> String? {
        let parts = host.split(separator: ".")
        guard parts.count >= 4, parts[0] == "sqs", parts[2] == "amazonaws" else { return nil }
        return String(parts[1])
    }
}
