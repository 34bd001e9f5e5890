public import EventModel
internal import Foundation
internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
public import Logging
public import ServiceLifecycle

/// One door of the API: the Unix socket, or a TCP address.
public struct APIServer: Service {
    /// Where the door is.
    public enum Door: Sendable {
        /// A socket in a directory, given by its open descriptor so that the path's length and renames do not
        /// matter; the caller holds the lock on that directory, so a socket that lies there is a dead
        /// service's.
        case socket(directory: Int32, name: String)
        /// A TCP address with the token that callers must bear; `names` are further names that `Host` may
        /// have.
        case tcp(host: String, port: Int, token: Secret, names: [String])
    }

    private let api: API
    private let door: Door
    private let logger: Logger
    private let onBound: @Sendable (Int?) async -> Void

    /// Puts a door before the API; `onBound` is told the TCP port once the door is open.
    public init(
        api: API,
        door: Door,
        logger: Logger,
        onBound: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        self.api = api
        self.door = door
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until the service is told to stop; requests in flight are answered.
    ///
    /// Hummingbird's server without its `Application`, whose date cache wakes the process every second.
    public func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let responder = Responder(api: api, policy: policy, logger: logger)
        do {
            let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(60)))
                .buildServer(
                    configuration: ServerConfiguration(address: address),
                    eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup,
                    logger: quiet,
                    responder: { request, writer, _ in
                        let response = await responder.respond(to: request)
                        try await writer.write(response: response.head, body: response.body)
                    },
                    onServerRunning: { [door, onBound] channel in
                        // The directory's mode 0700 protects the socket until this has run.
                        if case .socket(let directory, let name) = door {
                            unsafe fchmodat(directory, name, 0o600, 0)
                        }
                        await onBound(channel.localAddress?.port)
                    }
                )
            try await server.run()
        } catch {
            throw SluiceError(
                .apiBind,
                "The API cannot listen on \(place).",
                hint: "Is the address free, and ours? See 'ss -ltnp'.",
                cause: error
            )
        }
        if case .socket(let directory, let name) = door { unsafe unlinkat(directory, name, 0) }
    }

    private var policy: AccessPolicy {
        switch door {
        case .socket: .socketOwner
        case .tcp(let host, _, let token, let names):
            .bearer(
                token,
                hosts: Set(
                    ["localhost", "127.0.0.1", "[::1]"]
                        + ([host] + names).map(AccessPolicy.name(ofAuthority:))
                )
            )
        }
    }

    private var address: BindAddress {
        switch door {
        case .socket(let directory, let name): .unixDomainSocket(path: "/proc/self/fd/\(directory)/\(name)")
        case .tcp(let host, let port, _, _): .hostname(host, port: port)
        }
    }

    private var place: String {
        switch door {
        case .socket(_, let name): "the socket \(name) in the state directory"
        case .tcp(let host, let port, _, _): "\(host):\(port)"
        }
    }
}

/// Takes requests from Hummingbird to the API.
private struct Responder: Sendable {
    let api: API
    let policy: AccessPolicy
    let logger: Logger

    func respond(to request: Request) async -> Response {
        let answer: APIResponse
        do throws(SluiceError) {
            answer = try await self.answer(to: request)
        } catch {
            answer = .failure(error)
        }
        if answer.status >= 500 {
            let place = String((request.head.path ?? "").prefix { $0 != "?" })
            logger.warning(
                "The API could not answer.",
                metadata: ["path": "\(place)", "status": "\(answer.status)"]
            )
        }
        var headers: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        if answer.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    private func answer(to request: Request) async throws(SluiceError) -> APIResponse {
        let head = RequestHead(
            authority: request.head.authority ?? "",
            origin: request.headers[.origin],
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType]
        )
        let method = request.method.rawValue
        let target = request.head.path ?? "/"
        let path = String(target.prefix { $0 != "?" })
        let found = Result { () throws(SluiceError) in try RouteTable.find(method, path) }
        try policy.check(head, for: (try? found.get())?.0.permission)
        let (route, parameters) = try found.get()
        let body = try await collect(request, limit: route.bodyLimit)
        if !body.isEmpty, head.contentType?.lowercased().hasPrefix("application/json") != true {
            throw SluiceError(.apiMediaType, "The body must be application/json.")
        }
        let asked = APIRequest(
            method: method,
            target: target,
            body: body,
            isFromOwner: policy.isOwnersAlone
        )
        return try await api.respond(to: asked, route: route, parameters: parameters)
    }

    private func collect(_ request: Request, limit: Int) async throws(SluiceError) -> Data {
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Data(buffer.readableBytesView)
        } catch {
            throw SluiceError(.apiTooLarge, "The body may have at most \(limit) bytes here.")
        }
    }
}
