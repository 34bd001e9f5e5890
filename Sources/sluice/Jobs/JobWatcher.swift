internal import ArgumentParser
internal import ControlPlane
internal import EventModel

/// Shows a job's progress until it ends or is paused.
struct JobWatcher {
    /// The way to the job.
    let door: any Door
    /// How its end is shown.
    let options: GlobalOptions

    private static let interval = Duration.milliseconds(250)

    /// Watches; throws exit code 1 unless every task succeeded or needed nothing.
    func watch(_ id: Int64) async throws {
        guard door.isService else {
            throw SluiceError(
                .commandFailed,
                "No service runs, so job \(id) does not go on.",
                hint: "Start it with 'sluice serve'."
            )
        }
        var rate = JobRate()
        let started = ContinuousClock.now
        var job = try await door.get(JobView.self, "/v1/jobs/\(id)")
        var lines = LiveLines()
        var failures = JobFailureWatch()
        var groups: [JobDoor.Failure] = []
        while !job.isFinished, job.state != "paused" {
            let elapsed = ContinuousClock.now - started
            rate.add(job.ended, at: elapsed)
            if Terminal.errorIsTerminal {
                if failures.shouldAsk(failed: job.failed, at: elapsed) {
                    groups = try await JobDoor.failures(of: id, door, pages: 1)
                }
                let shown = JobText.live(job, rate.perSecond, groups)
                Terminal.write(Array(lines.frame(shown, Terminal.error).utf8), to: 2)
            }
            try await Task.sleep(for: Self.interval)
            job = try await door.get(JobView.self, "/v1/jobs/\(id)")
        }
        Terminal.write(Array(lines.clear().utf8), to: 2)
        groups = job.failed == 0 ? [] : try await JobDoor.failures(of: id, door)
        try options.show(job, JobText.job(job, groups, Terminal.output))
        if job.total == 0, job.state == "complete" {
            throw SluiceError(
                .jobNothingSelected,
                "Nothing was selected.",
                hint: "'sluice job plan' says what was looked at, and why it was passed over."
            )
        }
        if job.state != "complete" || job.failed > 0 || job.cancelled > 0 { throw ExitCode(1) }
    }
}

/// When a watcher asks for a job's failures: when there are new ones, and not often.
package struct JobFailureWatch: Sendable {
    private static let interval = Duration.seconds(2)
    private var known: Int64 = 0
    private var asked: Duration?

    /// Nothing was asked.
    package init() {}

    /// Whether to ask now, when so many tasks have failed; counts as asked.
    package mutating func shouldAsk(failed: Int64, at moment: Duration) -> Bool {
        guard failed != known, asked.map({ moment - $0 >= Self.interval }) ?? true else { return false }
        (known, asked) = (failed, moment)
        return true
    }
}

/// How fast tasks end, over the last seconds.
package struct JobRate {
    private var samples: [(ended: Int64, at: Duration)] = []
    private static let window = Duration.seconds(10)

    /// Nothing is known.
    package init() {}

    /// So many have ended by now.
    package mutating func add(_ ended: Int64, at moment: Duration) {
        samples.append((ended, moment))
        samples.removeAll { moment - $0.at > Self.window }
    }

    /// Tasks a second; nil while it cannot be told.
    package var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return nil }
        return Double(last.ended - first.ended) / ((last.at - first.at) / .seconds(1))
    }
}

extension SluiceError.Code {
    /// A job's selection is empty.
    static let jobNothingSelected = Self("job.nothing-selected", .usage)
}
