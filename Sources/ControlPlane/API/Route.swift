package import EventModel

/// What a caller must be allowed to do.
package enum Permission: String, Sendable, CaseIterable {
    /// Nothing: says only that something listens.
    case none
    /// To read.
    case read
    /// To change deliveries, triggers and the service.
    case operate
}

/// One route: a method, a pattern, the permission it takes and the code that answers.
package struct Route: Sendable {
    /// The code that answers; `parameters` holds the values of the pattern's `{name}` components, decoded.
    package typealias Handler =
        @Sendable (API, APIRequest, [String: String]) async throws(SluiceError) -> APIResponse

    /// `GET` or `POST`.
    package let method: String
    /// `/v1/deliveries/{id}/retry`.
    package let pattern: String
    /// What the caller must be allowed.
    package let permission: Permission
    /// At most so many bytes of body.
    package let bodyLimit: Int
    /// The code that answers.
    let handler: Handler

    /// Declares a route.
    init(
        _ method: String,
        _ pattern: String,
        _ permission: Permission,
        bodyLimit: Int = 0,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.permission = permission
        self.bodyLimit = bodyLimit
        self.handler = handler
    }

    /// The values of the pattern's parameters when it takes the path, or nil.
    package func parameters(of path: String) -> [String: String]? {
        let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
        let given = path.split(separator: "/", omittingEmptySubsequences: false)
        guard wanted.count == given.count else { return nil }
        var parameters: [String: String] = [:]
        for (want, have) in zip(wanted, given) {
            if want.hasPrefix("{"), want.hasSuffix("}") {
                guard !have.isEmpty else { return nil }
                parameters[String(want.dropFirst().dropLast())] = APIRequest.decode(have)
            } else if want != have {
                return nil
            }
        }
        return parameters
    }
}

/// All routes of the API. The one place where a route and its permission are declared.
package enum RouteTable {
    /// At most so many bytes of body, on any route.
    package static let bodyLimit = 1 << 20

    /// All routes.
    package static let routes: [Route] = [
        Route("GET", "/healthz", .none, API.healthz),
        Route("GET", "/metrics", .read, API.metrics),
        Route("GET", "/v1/status", .read, API.status),
        Route("GET", "/v1/why", .read, API.why),
        Route("GET", "/v1/events", .read, API.events),
        Route("GET", "/v1/deliveries", .read, API.deliveries),
        Route("GET", "/v1/deliveries/{id}", .read, API.delivery),
        Route("GET", "/v1/ledger/verify", .read, API.verify),
        Route("GET", "/v1/jobs", .read, API.jobs),
        Route("GET", "/v1/jobs/{id}", .read, API.job),
        Route("GET", "/v1/jobs/{id}/tasks", .read, API.jobTasks),
        Route("POST", "/v1/jobs", .operate, bodyLimit: bodyLimit, API.startJob),
        Route("POST", "/v1/jobs:plan", .operate, bodyLimit: bodyLimit, API.planJob),
        Route("POST", "/v1/jobs/{id}/pause", .operate, bodyLimit: 4096, API.pauseJob),
        Route("POST", "/v1/jobs/{id}/resume", .operate, bodyLimit: 4096, API.resumeJob),
        Route("POST", "/v1/jobs/{id}/cancel", .operate, bodyLimit: 4096, API.cancelJob),
        Route("POST", "/v1/jobs/{id}/priority", .operate, bodyLimit: 4096, API.setJobPriority),
        Route("GET", "/v1/schedules", .read, API.schedules),
        Route("POST", "/v1/schedules/{name}/runs", .operate, bodyLimit: 4096, API.runSchedule),
        Route("POST", "/v1/deliveries:retry", .operate, bodyLimit: bodyLimit, API.retryMany),
        Route("POST", "/v1/deliveries:cancel", .operate, bodyLimit: bodyLimit, API.cancelMany),
        Route("POST", "/v1/deliveries/{id}/retry", .operate, bodyLimit: 4096, API.retryOne),
        Route("POST", "/v1/deliveries/{id}/cancel", .operate, bodyLimit: 4096, API.cancelOne),
        Route("POST", "/v1/triggers/{name}/pause", .operate, bodyLimit: 4096, API.pause),
        Route("POST", "/v1/triggers/{name}/resume", .operate, bodyLimit: 4096, API.resume),
        Route("POST", "/v1/hints", .operate, bodyLimit: bodyLimit, API.hints),
        Route("POST", "/v1/reload", .operate, bodyLimit: 4096, API.reload),
    ]

    /// The route of a request with the values of its parameters; throws `api.not-found` or
    /// `api.method-not-allowed`.
    package static func find(
        _ method: String,
        _ path: String
    ) throws(SluiceError) -> (Route, [String: String]) {
        var otherMethod = false
        for route in routes {
            guard let parameters = route.parameters(of: path) else { continue }
            if route.method == method { return (route, parameters) }
            otherMethod = true
        }
        if otherMethod { throw SluiceError(.apiMethod, "This path does not take \(method).") }
        throw SluiceError(.apiNotFound, "There is no such path.")
    }
}
