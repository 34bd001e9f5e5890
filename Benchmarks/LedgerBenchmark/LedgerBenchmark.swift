internal import DurableLedger
internal import EventModel
internal import Foundation

/// Prints what the SQLite ledger can do on this machine: deliveries per second from observation to `done` by
/// the number of callers, commits per group, and the time to start with a million deliveries waiting.
///
/// `LedgerBenchmark [DIRECTORY [DELIVERIES [PENDING]]]`; the directory must lie on the disk to be measured.
@main struct LedgerBenchmark {
    private let directory: String
    private let deliveries: Int
    private let pending: Int

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        let parent = arguments.first ?? NSTemporaryDirectory()
        let directory = parent + "/sluice-ledger-benchmark-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let benchmark = LedgerBenchmark(
            directory: directory,
            deliveries: arguments.count > 1 ? Int(arguments[1]) ?? 60_000 : 60_000,
            pending: arguments.count > 2 ? Int(arguments[2]) ?? 1_000_000 : 1_000_000
        )
        print("observe, lease, decide (one output), complete: each call durable before it returns")
        for callers in [1, 16, 64] { try await benchmark.measure(callers: callers) }
        try await benchmark.measureService(workers: 64)
        if benchmark.pending > 0 { try await benchmark.measureStart() }
    }

    /// Every caller makes all four calls for itself.
    private func measure(callers: Int) async throws {
        let ledger = try await open("callers-\(callers).sqlite")
        let each = max(1, (callers == 1 ? deliveries / 10 : deliveries) / callers)
        let elapsed = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<callers {
                    group.addTask {
                        for number in 0..<each {
                            _ = try await ledger.observe(
                                [Workload.observation("\(caller)/\(number)")],
                                at: Workload.now
                            )
                            let leases = try await ledger.lease(Workload.request(limit: 1))
                            for lease in leases { try await Workload.finish(lease, in: ledger) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await report("\(callers) callers, each all four calls", each * callers, elapsed, ledger)
    }

    /// As the service does: pages are observed, one dispatcher leases for all workers.
    private func measureService(workers: Int) async throws {
        let ledger = try await open("service.sqlite")
        let total = deliveries
        let elapsed = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for start in stride(from: 0, to: total, by: 100) {
                        let page = (start..<min(start + 100, total)).map {
                            Workload.observation("page/\($0)")
                        }
                        _ = try await ledger.observe(page, at: Workload.now)
                    }
                }
                group.addTask { try await Self.dispatch(total, workers: workers, ledger) }
                try await group.waitForAll()
            }
        }
        try await report("\(workers) workers, pages of 100, leases in batches", total, elapsed, ledger)
    }

    private static func dispatch(_ total: Int, workers: Int, _ ledger: SQLiteLedger) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var (active, done) = (0, 0)
            while done < total {
                let free = workers - active
                if free >= workers / 4 || done + active >= total {
                    for lease in try await ledger.lease(Workload.request(limit: free)) {
                        active += 1
                        group.addTask { try await Workload.finish(lease, in: ledger) }
                    }
                }
                if active > 0, try await group.next() != nil {
                    active -= 1
                    done += 1
                }
            }
        }
    }

    /// Opens a ledger with a million deliveries waiting, up to the first lease (trap Q19).
    private func measureStart() async throws {
        let path = "pending.sqlite"
        let ledger = try await open(path)
        for start in stride(from: 0, to: pending, by: 1000) {
            let page = (start..<min(start + 1000, pending)).map {
                Workload.observation("logs/2026/10/\($0).log.gz")
            }
            _ = try await ledger.observe(page, at: Workload.now)
        }
        await ledger.close()
        let clock = ContinuousClock()
        let start = clock.now
        let again = try await SQLiteLedger.open(path: directory + "/" + path, newLedger: Workload.ledgerID)
        let opened = clock.now
        _ = try await again.beginBoot(OwnerID(boot: "second"), at: Workload.now)
        _ = try await again.registerTriggers([Workload.trigger], at: Workload.now)
        let leases = try await again.lease(Workload.request(limit: 64))
        let end = clock.now
        print("start with \(pending) pending: opened in \(opened - start)")
        print("  first \(leases.count) leases after \(end - start)")
        let read = clock.now
        _ = try await again.backlog(at: Workload.now)
        _ = try await again.deliveries(DeliveryQuery())
        print("  backlog and one page of deliveries: \(clock.now - read)")
        let proof = clock.now
        let problems = try await again.verify()
        print("  verify: \(clock.now - proof), \(problems.count) problems")
        await again.close()
    }

    private func open(_ name: String) async throws -> SQLiteLedger {
        let ledger = try await SQLiteLedger.open(path: directory + "/" + name, newLedger: Workload.ledgerID)
        _ = try await ledger.beginBoot(OwnerID(boot: "first"), at: Workload.now)
        _ = try await ledger.registerTriggers([Workload.trigger], at: Workload.now)
        return ledger
    }

    private func report(
        _ name: String,
        _ count: Int,
        _ elapsed: Duration,
        _ ledger: SQLiteLedger
    ) async throws {
        let done = try await ledger.counters().filter { $0.state == .done }.reduce(0) { $0 + $1.count }
        guard done == Int64(count) else {
            throw SluiceError(.ledgerUnavailable, "Only \(done) of \(count) are done.")
        }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let statistics = ledger.statistics
        let perGroup = Double(statistics.operations) / Double(max(1, statistics.groups))
        print(
            "\(name): \(Int(Double(count) / seconds)) deliveries/s; \(statistics.operations) operations in"
                + " \(statistics.groups) groups, one fsync each (\(Int(perGroup * 10)) per ten groups)"
        )
        await ledger.close()
    }
}
