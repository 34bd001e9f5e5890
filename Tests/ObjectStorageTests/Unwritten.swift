internal import EventModel
internal import ObjectStorage
internal import Testing

extension LocalObjectStore {
    /// Waits until nobody has the object open for writing.
    ///
    /// A child that another test of this process starts holds copies of all descriptors between fork(2) and
    /// execve(2), so that a file that was just closed may still have a writer for a moment.
    func untilUnwritten(
        _ key: ObjectKey,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        while await writerState(of: key) == .writing {
            try #require(
                start.duration(to: .now) < .seconds(60),
                "\(key) keeps a writer",
                sourceLocation: sourceLocation
            )
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
