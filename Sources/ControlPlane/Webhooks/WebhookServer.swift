internal import EventModel
public import EventProcessing
public import Execution
internal import Foundation
public import HTTPTransport
internal import Hummingbird
internal import HummingbirdCore
public import Logging
public import ServiceLifecycle

/// The door through which stores and their couriers bring notifications; its own TCP listener, for whoever
/// may post here may do nothing else.
public struct WebhookServer: Service {
    /// A body must be here within this time (trap N17).
    private static let bodyTime = Duration.seconds(10)
    /// At most so many connections; others wait to be accepted.
    private static let mostConnections = 1024

    private let settings: WebhookSettings
    private let receiver: any NotificationReceiver
    private let fetch: SNSVerifier.Fetch
    private let clock: any TimeSource
    private let logger: Logger
    private let onBound: @Sendable (Int?) async -> Void

    /// Puts a webhook before the processing; `client` fetches what SNS signs with, and nothing else.
    /// `onBound` is told the port once the door is open.
    public init(
        settings: WebhookSettings,
        receiver: any NotificationReceiver,
        client: HTTPClient,
        clock: any TimeSource,
        logger: Logger,
        onBound: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        self.init(
            settings: settings,
            receiver: receiver,
            fetch: { (url) async throws(SluiceError) in try await SNSFetch.fetch(url, by: client) },
            clock: clock,
            logger: logger,
            onBound: onBound
        )
    }

    /// The same with a fetch of one's own.
    package init(
        settings: WebhookSettings,
        receiver: any NotificationReceiver,
        fetch: @escaping SNSVerifier.Fetch,
        clock: any TimeSource,
        logger: Logger,
        onBound: @escaping @Sendable (Int?) async -> Void
    ) {
        self.settings = settings
        self.receiver = receiver
        self.fetch = fetch
        self.clock = clock
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until the service is told to stop; requests in flight are answered, and nothing is looked at
    /// any more when it returns.
    public func run() async throws {
        let jobs = WebhookJobs(clock: clock)
        do {
            try await serve(by: jobs)
            await jobs.close()
        } catch {
            await jobs.close()
            throw SluiceError(
                .apiBind,
                "The webhook cannot listen on \(settings.host):\(settings.port).",
                hint: "Is the address free, and ours? See 'ss -ltnp'.",
                cause: error
            )
        }
    }

    private func serve(by jobs: WebhookJobs) async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let responder = WebhookResponder(
            settings: settings,
            receiver: receiver,
            fetch: fetch,
            clock: clock,
            jobs: jobs
        )
        let server = try HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(60)))
            .buildServer(
                configuration: ServerConfiguration(
                    address: .hostname(settings.host, port: settings.port),
                    availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)
                ),
                eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup,
                logger: quiet,
                responder: { request, writer, _ in
                    let response = await self.respond(to: request, by: responder)
                    try await writer.write(response: response.head, body: response.body)
                },
                onServerRunning: { [onBound] channel in await onBound(channel.localAddress?.port) }
            )
        try await server.run()
    }

    private func respond(to request: Request, by responder: WebhookResponder) async -> Response {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        headers["host"] = request.head.authority ?? headers["host"]
        let method = request.method.rawValue
        let asked = WebhookRequest(
            method: method,
            path: String((request.head.path ?? "/").prefix { $0 != "?" }),
            headers: headers,
            body: { () async throws(SluiceError) in try await collect(request) }
        )
        let answer = await responder.respond(to: asked)
        if answer.status >= 500 || answer.status == 422 {
            logger.warning(
                "A notification could not be taken.",
                metadata: [
                    "status": "\(answer.status)",
                    "answer": "\(String(decoding: answer.body.prefix(500), as: UTF8.self))",
                ]
            )
        }
        var fields: HTTPFields = [.contentType: answer.contentType, .cacheControl: "no-store"]
        if answer.status == 401 { fields[.wwwAuthenticate] = "Bearer" }
        if answer.status == 503 { fields[.retryAfter] = "5" }
        let isBare = method == "HEAD"
        return Response(
            status: .init(code: answer.status),
            headers: fields,
            body: isBare ? .init() : .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    /// The whole body, unless it is too large or comes too slowly.
    private func collect(_ request: Request) async throws(SluiceError) -> [UInt8] {
        let limit = WebhookResponder.bodyLimit
        let tooLarge = SluiceError(.apiTooLarge, "The body may have at most \(limit) bytes here.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw tooLarge
        }
        let clock = self.clock
        let result = await withTaskGroup(of: Result<[UInt8], SluiceError>.self) { group in
            group.addTask {
                do {
                    let buffer = try await request.body.collect(upTo: limit)
                    return .success(Array(buffer.readableBytesView))
                } catch {
                    return .failure(tooLarge)
                }
            }
            group.addTask {
                // The only error is cancellation, which means that the body came first.
                try? await clock.sleep(for: Self.bodyTime)
                return .failure(SluiceError(.webhookTimeout, "The body came too slowly."))
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(tooLarge)
        }
        return try result.get()
    }
}
