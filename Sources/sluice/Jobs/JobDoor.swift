internal import ControlPlane
internal import EventModel
internal import EventProcessing

/// Asks the service, or its ledger, about jobs.
enum JobDoor {
    /// A job's plan.
    static func plan(_ specification: JobSpecification, _ door: any Door) async throws(SluiceError) -> JobPlan
    {
        try await door.post(JobPlan.self, "/v1/jobs:plan", specification)
    }

    /// Pauses, resumes or cancels a job.
    static func change(_ id: Int64, _ verb: String, _ reason: String?, _ options: GlobalOptions) async throws
    {
        let door = try await options.door()
        let job = try await door.post(JobView.self, "/v1/jobs/\(id)/\(verb)", ReasonBody(reason: reason))
        try options.show(job, "job \(id) is \(job.state)\n")
    }

    /// So many tasks make a page.
    static let pageSize = 1000

    /// Hands on all tasks of a job, page by page; of so many pages at most.
    static func tasks(
        of id: Int64,
        states: String?,
        _ door: any Door,
        pages: Int = .max,
        _ body: (JobTaskPageView) throws(SluiceError) -> Void
    ) async throws(SluiceError) {
        var after: Int64? = 0
        var rest = pages
        while let cursor = after, rest > 0 {
            rest -= 1
            let page = try await door.get(
                JobTaskPageView.self,
                "/v1/jobs/\(id)/tasks",
                ["after": "\(cursor)", "limit": "\(pageSize)", "state": states]
            )
            try body(page)
            after = page.next
        }
    }

    /// Failures that are alike.
    struct Failure: Sendable {
        /// The error's code.
        let code: String
        /// How many tasks failed so.
        var count: Int
        /// What one of them says.
        let message: String
        /// Which object that is.
        let example: String
    }

    /// The failures of a job by error, most frequent first; of its first `pages` thousand failures.
    static func failures(
        of id: Int64,
        _ door: any Door,
        pages: Int = .max
    ) async throws(SluiceError) -> [Failure] {
        var groups: [String: Failure] = [:]
        try await tasks(of: id, states: "failed", door, pages: pages) { page in
            for task in page.tasks {
                let code = task.code ?? "?"
                let new = Failure(
                    code: code,
                    count: 0,
                    message: task.message ?? "",
                    example: "\(task.bucket):\(task.key)"
                )
                groups[code, default: new].count += 1
            }
        }
        return groups.values.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
    }
}
