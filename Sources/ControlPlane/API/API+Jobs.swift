internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation

extension API {
    /// What a job would do.
    static func planJob(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let specification = try specification(request)
        return try .view(try await api.operations.plan(specification))
    }

    /// Makes a job.
    static func startJob(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let specification = try specification(request)
        return try .view(JobView(try await api.operations.startJob(specification)))
    }

    /// One page of jobs, newest first.
    static func jobs(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let before = try request.number("before", in: 1...Int64.max).map { JobID($0) }
        let limit = Int(try request.number("limit", in: 1...1000) ?? 100)
        let page = try await api.operations.jobs(before: before, limit: limit)
        return try .view(JobPageView(page, isLast: page.count < limit))
    }

    /// One job.
    static func job(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let id = try jobID(parameters)
        guard let job = try await api.operations.job(id) else {
            throw SluiceError(.apiNotFound, "There is no job \(id).")
        }
        return try .view(JobView(job))
    }

    /// One page of a job's tasks.
    static func jobTasks(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        var query = JobTaskQuery(job: try jobID(parameters))
        for word in (request.query["state"] ?? "").split(separator: ",") {
            guard let state = JobTaskState(rawValue: String(word)) else {
                let known = JobTaskState.allCases.map(\.rawValue).joined(separator: ", ")
                throw SluiceError(
                    .apiParameter,
                    "There is no state '\(Escaped.text(String(word)))'.",
                    hint: "States are \(known)."
                )
            }
            query.states.insert(state)
        }
        query.after = try request.number("after", in: 0...Int64.max) ?? 0
        query.limit = Int(try request.number("limit", in: 1...1000) ?? 1000)
        let page = try await api.operations.tasks(query)
        return try .view(JobTaskPageView(page, isLast: page.count < query.limit))
    }

    /// Pauses a job.
    static func pauseJob(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.changeJob(.pause, request, parameters)
    }

    /// Resumes a job.
    static func resumeJob(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.changeJob(.resume, request, parameters)
    }

    /// Cancels a job.
    static func cancelJob(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.changeJob(.cancel, request, parameters)
    }

    /// Changes a job's priority.
    static func setJobPriority(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let id = try jobID(parameters)
        let body = try ViewCoding.decode(PriorityBody.self, from: request.body)
        return try .view(JobView(try await api.operations.setPriority(of: id, to: body.priority)))
    }

    /// What a job is asked to do. The bearer of a token may name lists in buckets, and no file of this
    /// machine, of which a job's messages would tell.
    private static func specification(_ request: APIRequest) throws(SluiceError) -> JobSpecification {
        let specification = try ViewCoding.decode(JobSpecification.self, from: request.body)
        if specification.manifest?.hasPrefix("/") == true, !request.isFromOwner {
            throw SluiceError(
                .apiForbidden,
                "A list that is a file of the service's machine is taken through the Unix socket alone.",
                hint: "Put the list into a bucket and name it BUCKET:KEY, or run 'sluice job' there."
            )
        }
        return specification
    }

    private func changeJob(
        _ wish: JobWish,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let reason =
            request.body.isEmpty ? nil : try ViewCoding.decode(ReasonBody.self, from: request.body).reason
        let job = try await operations.change(try Self.jobID(parameters), wish, reason: reason ?? "operator")
        return try .view(JobView(job))
    }

    private static func jobID(_ parameters: [String: String]) throws(SluiceError) -> JobID {
        if let number = parameters["id"].flatMap(Int64.init), number > 0 { return JobID(number) }
        throw SluiceError(.apiParameter, "A job is named by its number.")
    }
}

/// The body of a change of priority.
package struct PriorityBody: Codable, Sendable {
    /// Higher is served first.
    package let priority: Int

    /// Asks for a priority.
    package init(priority: Int) { self.priority = priority }
}
