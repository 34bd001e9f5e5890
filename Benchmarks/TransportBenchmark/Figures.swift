internal import Glibc

/// What a piece of work took.
struct Figures: Sendable {
    /// Requests or objects.
    let count: Int
    /// Bytes of bodies.
    let bytes: Int
    /// Seconds on the clock.
    let seconds: Double
    /// Seconds of processors, of this process alone.
    let processorSeconds: Double

    /// One line.
    var json: String {
        #"{"count": \#(count), "bytes": \#(bytes), "seconds": \#(seconds), "cpu": \#(processorSeconds)}"#
    }

    /// Does the work and measures it; it returns how many bytes there were.
    static func measure(_ count: Int, _ work: () async throws -> Int) async throws -> Figures {
        let clock = ContinuousClock()
        let (began, processor) = (clock.now, processorSeconds)
        let bytes = try await work()
        let took = (clock.now - began).components
        return Figures(
            count: count,
            bytes: bytes,
            seconds: Double(took.seconds) + Double(took.attoseconds) * 1e-18,
            processorSeconds: Self.processorSeconds - processor
        )
    }

    /// User and system time of this process until now (getrusage(2)).
    private static var processorSeconds: Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    }
}
