package import EventModel

/// Who may do what through one door.
package enum AccessPolicy: Sendable {
    /// The Unix socket: whoever can open it (mode 0600 in a directory of mode 0700) may do everything.
    case socketOwner
    /// TCP: the bearer of the token may do everything, others only learn that something listens. `hosts` are
    /// the names that a `Host` field may have (trap S05).
    case bearer(Secret, hosts: Set<String>)

    /// Whether nobody but the owner of the state directory comes through.
    package var isOwnersAlone: Bool {
        switch self {
        case .socketOwner: true
        case .bearer: false
        }
    }

    /// Throws when a request may not pass. `permission` nil: no route takes it, which only the bearer of the
    /// token is told.
    package func check(_ head: RequestHead, for permission: Permission?) throws(SluiceError) {
        guard case .bearer(let token, let hosts) = self else { return }
        try Self.checkNames(head, hosts: hosts)
        if case .some(.none) = permission { return }
        let scheme = "bearer "
        let given = head.authorization ?? ""
        guard given.count > scheme.count, given.prefix(scheme.count).lowercased() == scheme,
            Self.isEqual(Array(given.utf8.dropFirst(scheme.utf8.count)), Array(token.reveal().utf8))
        else {
            throw SluiceError(
                .apiUnauthorized,
                "This needs the token of the service.",
                hint: "Send 'Authorization: Bearer …' with the value of listen.token."
            )
        }
    }

    /// Throws when a request came under a name that is not ours, or from a page of somebody else (trap S05).
    package static func checkNames(_ head: RequestHead, hosts: Set<String>) throws(SluiceError) {
        let host = name(ofAuthority: head.authority)
        guard hosts.contains(host) else {
            throw SluiceError(
                .apiMisdirected,
                "This service does not answer under the name '\(Escaped.text(host))'.",
                hint: "Ask for it by the address it listens on."
            )
        }
        guard let origin = head.origin else { return }
        let page = origin.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        guard hosts.contains(name(ofAuthority: String(page))) else {
            throw SluiceError(.apiForbidden, "Pages of another origin may not call this service.")
        }
    }

    /// Compares in a time that depends on the given bytes' length alone, not on where they differ.
    package static func isEqual(_ given: [UInt8], _ secret: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = given.count ^ secret.count
        for index in given.indices { difference |= Int(given[index] ^ secret[index % secret.count]) }
        return difference == 0
    }

    /// `example:8484`, `[::1]:8484` or `example` without the port, in lower case.
    package static func name(ofAuthority authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return authority[...end].lowercased()
        }
        return authority.prefix { $0 != ":" }.lowercased()
    }
}

/// The fields of a request that decide whether it may pass.
package struct RequestHead: Sendable {
    /// The `Host` field.
    package var authority: String
    /// The `Origin` field.
    package var origin: String?
    /// The `Authorization` field.
    package var authorization: String?
    /// The `Content-Type` field.
    package var contentType: String?

    /// Describes a request.
    package init(
        authority: String,
        origin: String? = nil,
        authorization: String? = nil,
        contentType: String? = nil
    ) {
        self.authority = authority
        self.origin = origin
        self.authorization = authorization
        self.contentType = contentType
    }
}
