internal import EventModel
internal import EventProcessing

extension API {
    /// All schedules.
    static func schedules(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let schedules = try await api.operations.schedules()
        return try .view(SchedulePageView(schedules: schedules.map { ScheduleView($0) }))
    }

    /// Makes the job of a schedule now.
    static func runSchedule(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try .view(JobView(try await api.operations.runSchedule(parameters["name"] ?? "")))
    }
}
