internal import EventModel
public import EventProcessing
public import Execution
internal import Foundation
internal import HTTPTransport

/// The API without its transport: a request in, an answer out.
///
/// The server puts it behind sockets; commands call it directly beside a stopped service, so both show the
/// same.
public struct API: Sendable {
    /// What the doors of the service add to the processing.
    public struct Host: Sendable {
        /// Reads the configuration again; nil where there is no service to reload.
        public let reload: (@Sendable () async -> CheckView)?
        /// Today's figures for `/metrics`; nil where nothing is counted.
        public let metrics: (@Sendable () async -> MetricFamilies)?
        /// When this boot began: numbers of the feed belong to it.
        public let boot: String

        /// Describes a host.
        public init(
            boot: String,
            reload: (@Sendable () async -> CheckView)? = nil,
            metrics: (@Sendable () async -> MetricFamilies)? = nil
        ) {
            self.boot = boot
            self.reload = reload
            self.metrics = metrics
        }

        /// Whether a service runs.
        public var isService: Bool { reload != nil }
    }

    /// Answers for the processing.
    let operations: any Operations
    /// Answers for the service around it.
    let host: Host
    /// Times long polls.
    let clock: any TimeSource

    /// Puts the API before the processing.
    public init(operations: any Operations, host: Host, clock: any TimeSource) {
        self.operations = operations
        self.host = host
        self.clock = clock
    }

    /// Answers a request of a caller who may do everything. Never throws: failures are answers.
    public func respond(to request: APIRequest) async -> APIResponse {
        do throws(SluiceError) {
            let (route, parameters) = try RouteTable.find(request.method, request.path)
            return try await respond(to: request, route: route, parameters: parameters)
        } catch {
            return .failure(error)
        }
    }

    /// Answers a request whose route was found and whose caller may take it.
    func respond(
        to request: APIRequest,
        route: Route,
        parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        guard request.body.count <= route.bodyLimit else {
            throw SluiceError(.apiTooLarge, "The body may have at most \(route.bodyLimit) bytes here.")
        }
        return try await route.handler(self, request, parameters)
    }
}

// MARK: The service

extension API {
    /// Says whether the service is well, and nothing more.
    static func healthz(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let status = try await api.operations.status()
        return try .view(["health": status.health], status: status.health == "failing" ? 503 : 200)
    }

    /// The service as a whole.
    static func status(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try .view(StatusView(try await api.operations.status(), isRunning: api.host.isService))
    }

    /// Figures for Prometheus.
    static func metrics(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let status = try await api.operations.status()
        var families = StatusMetrics.families(of: status, at: api.clock.now)
        if let metrics = api.host.metrics { families += await metrics() }
        return APIResponse(
            status: 200,
            contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: Data(PrometheusText.write(families).utf8)
        )
    }

    /// Proves the ledger.
    static func verify(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try .view(VerificationView(problems: try await api.operations.verifyLedger()))
    }

    /// Reads the configuration again.
    static func reload(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        guard let reload = api.host.reload else {
            throw SluiceError(.serviceNotRunning, "There is no running service to reload.")
        }
        let outcome = await reload()
        return try .view(outcome, status: outcome.ok ? 200 : 422)
    }
}
