internal import ControlPlane
internal import EventModel
internal import Settings

extension ConfigurationDecoder {
    /// What `listen:` says: where the API listens besides its Unix socket, and where the webhook does.
    struct Doors {
        /// The API's.
        var api: ListenConfiguration?
        /// The webhook's.
        var webhook: WebhookSettings?
    }

    /// The doors to the network.
    ///
    /// None without a secret (traps S01, S02).
    mutating func decodeListen(_ node: ConfigNode) -> Doors {
        guard var reader = MappingReader(node, &diagnostics) else { return Doors() }
        let webhook = reader.optional("webhook")
        let api: ConfigNode?
        let token: ConfigNode?
        let hosts: ConfigNode?
        if webhook == nil {
            api = reader.required("api", &diagnostics)
            token = reader.required("token", &diagnostics)
            hosts = reader.optional("hosts")
        } else {
            api = reader.optional("api")
            token = api == nil ? reader.optional("token") : reader.required("token", &diagnostics)
            hosts = reader.optional("hosts")
        }
        reader.finish(&diagnostics)
        if api == nil, webhook != nil, let lost = token ?? hosts {
            diagnostics.error(.configMissingKey, "\(lost.path) is of no use without 'api'.", at: lost)
        }
        return Doors(
            api: api.flatMap { decodeAPI($0, token: token, hosts: hosts) },
            webhook: webhook.flatMap { decodeWebhook($0) }
        )
    }

    private mutating func decodeAPI(
        _ node: ConfigNode,
        token: ConfigNode?,
        hosts: ConfigNode?
    ) -> ListenConfiguration? {
        let token = token.flatMap { decodeToken($0) }
        let hosts = hosts.flatMap { $0.texts(&diagnostics) } ?? []
        guard let (host, port) = decodeAddress(node), let token else { return nil }
        let listen = ListenConfiguration(host: host, port: port, token: token, allowedHosts: hosts)
        if !listen.isLoopback {
            diagnostics.warning(
                .configExposed,
                "The API is reachable from other machines at \(host):\(port), without encryption.",
                hint: "Listen on 127.0.0.1 and put a proxy with TLS in front.",
                at: node
            )
        }
        return listen
    }

    /// An address and a port.
    mutating func decodeAddress(_ node: ConfigNode) -> (host: String, port: Int)? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let address = Self.address(text) { return address }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be an address and a port.",
            hint: "Write for instance \"127.0.0.1:8484\" or \"[::1]:8484\".",
            at: node
        )
        return nil
    }

    /// A token that cannot be guessed within the life of a service.
    mutating func decodeToken(_ node: ConfigNode) -> Secret? {
        guard let token = node.secret(&diagnostics) else { return nil }
        let bytes = token.reveal().utf8
        guard bytes.count >= 16, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be at least 16 printable characters without spaces.",
                hint: "For instance the output of: head -c 24 /dev/urandom | base64",
                at: node
            )
            return nil
        }
        return token
    }

    /// Splits `127.0.0.1:8484`, `localhost:8484` and `[::1]:8484`.
    private static func address(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = ConfigNode.decimal(String(text[text.index(after: colon)...])),
            (1...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            let isPlain = host.utf8.allSatisfy {
                Character(Unicode.Scalar($0)).isHexDigit || $0 == 0x3A || $0 == 0x2E
            }
            return host.contains(":") && isPlain ? (String(host), port) : nil
        }
        let isName = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
                || byte == 0x2E
        }
        return host.isEmpty || !isName ? nil : (String(host), port)
    }
}
