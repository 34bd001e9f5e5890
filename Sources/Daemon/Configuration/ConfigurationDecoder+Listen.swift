internal import EventModel
internal import Settings

extension ConfigurationDecoder {
    /// Where the API listens besides its Unix socket.
    ///
    /// Never without a token (traps S01, S02).
    mutating func decodeListen(_ node: ConfigNode) -> ListenConfiguration? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let api = reader.required("api", &diagnostics)
        let token = reader.required("token", &diagnostics).flatMap { decodeToken($0) }
        let hosts = reader.optional("hosts").flatMap { $0.texts(&diagnostics) } ?? []
        reader.finish(&diagnostics)
        guard let api, let text = api.text(&diagnostics) else { return nil }
        guard let (host, port) = Self.address(text) else {
            diagnostics.error(
                .configInvalidValue,
                "\(api.path) must be an address and a port.",
                hint: "Write for instance \"127.0.0.1:8484\" or \"[::1]:8484\".",
                at: api
            )
            return nil
        }
        guard let token else { return nil }
        let listen = ListenConfiguration(host: host, port: port, token: token, allowedHosts: hosts)
        if !listen.isLoopback {
            diagnostics.warning(
                .configExposed,
                "The API is reachable from other machines at \(text), without encryption.",
                hint: "Listen on 127.0.0.1 and put a proxy with TLS in front.",
                at: api
            )
        }
        return listen
    }

    /// A token that cannot be guessed within the life of a service.
    private mutating func decodeToken(_ node: ConfigNode) -> Secret? {
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
