internal import ControlPlane
internal import EventModel
internal import Settings

extension ConfigurationDecoder {
    /// `listen: { webhook: … }`.
    mutating func decodeWebhook(_ node: ConfigNode) -> WebhookSettings? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let address = reader.required("address", &diagnostics)
        let token = reader.optional("token")
        let hmac = reader.optional("hmac")
        let isBehindProxy = reader.optional("behind_proxy").flatMap { $0.boolean(&diagnostics) } ?? false
        let topics = reader.optional("topics").flatMap { decodeTopics($0) } ?? []
        let hosts = reader.optional("hosts").flatMap { $0.texts(&diagnostics) } ?? []
        reader.finish(&diagnostics)
        let proof = decodeProof(node, token: token, hmac: hmac)
        guard let address, let (host, port) = decodeAddress(address) else { return nil }
        if !isBehindProxy, !ListenConfiguration.isLoopback(host) {
            diagnostics.error(
                .configExposed,
                "The webhook would be reachable from other machines at \(host):\(port), without encryption.",
                hint: "Put a proxy with TLS before it and say so with 'behind_proxy: true'.",
                at: address
            )
        }
        guard let proof else { return nil }
        return WebhookSettings(host: host, port: port, proof: proof, topics: Set(topics), names: hosts)
    }

    private mutating func decodeProof(
        _ node: ConfigNode,
        token: ConfigNode?,
        hmac: ConfigNode?
    ) -> WebhookSettings.Proof? {
        switch (token, hmac) {
        case (let token?, nil): return decodeToken(token).map { .token($0) }
        case (nil, let hmac?): return decodeToken(hmac).map { .hmac($0) }
        case (_?, let hmac?):
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) has both 'token' and 'hmac'.",
                hint: "MinIO and most others need the token; keep 'hmac' for senders that sign.",
                at: hmac
            )
            return nil
        case (nil, nil):
            diagnostics.error(.configMissingKey, "\(node.path) needs 'token' or 'hmac'.", at: node)
            return nil
        }
    }

    /// ARNs of SNS: `arn:aws:sns:REGION:ACCOUNT:NAME`.
    private mutating func decodeTopics(_ node: ConfigNode) -> [String]? {
        guard let items = node.list(orSingle: true, &diagnostics) else { return nil }
        return items.compactMap { item in
            guard let text = item.text(&diagnostics) else { return nil }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count == 6, parts[0] == "arn", parts[2] == "sns", parts.allSatisfy({ !$0.isEmpty }) {
                return text
            }
            diagnostics.error(
                .configInvalidValue,
                "\(item.path) must be the ARN of an SNS topic.",
                hint: "Write for instance \"arn:aws:sns:eu-west-1:123456789012:uploads\".",
                at: item
            )
            return nil
        }
    }
}
