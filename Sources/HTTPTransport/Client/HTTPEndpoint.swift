/// Where requests go: scheme, host and port.
public struct HTTPEndpoint: Sendable, Hashable {
    /// Whether the connection is encrypted (`https`).
    public let isTLS: Bool
    /// A name or an address in lower case; an IPv6 address stands without its brackets.
    public let host: String
    /// The port, also when it is the scheme's own; 1 to 65535.
    public let port: Int

    /// Puts an endpoint together; `host` is taken as it is, in lower case.
    public init(isTLS: Bool, host: String, port: Int) {
        self.isTLS = isTLS
        self.host = host.lowercased()
        self.port = port
    }

    /// Reads `http://host`, `https://host:9000` or `http://[::1]:9000`, with or without a `/` at the end.
    ///
    /// Nil for everything else: another scheme, a user, a path, a query, a port out of range.
    public init?(url: String) {
        let lower = url.lowercased()
        let isTLS = lower.hasPrefix("https://")
        guard isTLS || lower.hasPrefix("http://") else { return nil }
        var rest = lower.dropFirst(isTLS ? 8 : 7)
        if rest.hasSuffix("/") { rest.removeLast() }
        var host = rest
        var portText: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            if !after.isEmpty { portText = after.dropFirst() }
            guard host.utf8.allSatisfy(Self.isAddressByte) else { return nil }
        } else {
            if let colon = rest.firstIndex(of: ":") {
                host = rest[..<colon]
                portText = rest[rest.index(after: colon)...]
            }
            guard host.utf8.allSatisfy(Self.isNameByte) else { return nil }
        }
        guard !host.isEmpty else { return nil }
        var port = isTLS ? 443 : 80
        if let portText {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            guard let number = Int(portText), (1...65535).contains(number) else { return nil }
            port = number
        }
        self.init(isTLS: isTLS, host: String(host), port: port)
    }

    /// `host[:port]` as it stands in the `Host` header: without the port of the scheme (RFC 9110, section
    /// 7.2).
    public var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The endpoint as a URL without a path: `https://host:9000`.
    public var url: String { (isTLS ? "https://" : "http://") + authority }

    /// Letters, digits, `.`, `-` and `_` (which names of containers have).
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// Hexadecimal digits, `:` and `.` (RFC 3986, section 3.2.2).
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x61...0x66, 0x2E: true
        default: false
        }
    }
}
