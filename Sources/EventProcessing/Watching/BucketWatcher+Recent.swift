internal import EventModel
internal import Execution
internal import Logging
internal import TriggerRules

extension BucketWatcher {
    /// Scans what is recent, often, until the task is cancelled; returns at once where nothing says what is.
    func scanRecentAgainAndAgain() async {
        let subject = "recent objects of \(bucket)"
        var failures = 0
        while !Task.isCancelled, let recent = watch.recent {
            // A trigger that skips what was there before it takes all that scans show for that, until its
            // first complete scan is over: recent objects would be skipped with them.
            if !isSkippingExisting {
                do throws(SluiceError) {
                    _ = try await BucketScan(core: core, intake: intake, bucket: bucket).runRecent(recent)
                    failures = 0
                    core.clearProblem(about: subject)
                } catch {
                    failures += 1
                    core.heed(error)
                    core.note(
                        problem: "the recent objects of '\(bucket)' cannot be scanned: \(error.message)",
                        about: subject
                    )
                    guard await core.backOff(afterFailures: failures) else { return }
                    continue
                }
            }
            do {
                try await core.clock.sleep(for: recent.interval)
            } catch {
                // Cancelled: the watcher ends.
                return
            }
        }
    }

    private var isSkippingExisting: Bool {
        core.configuration.triggers(on: bucket).contains {
            $0.existing == .skip && core.hasOpenBaseline($0.name)
        }
    }
}
