internal import EventModel
internal import Execution
internal import Testing

@Suite struct BlockingPoolTests {
    @Test("work runs on as many threads as are needed and returns its value or its error")
    func runs() async throws {
        let pool = BlockingPool(name: "test", limit: 4, stackBytes: NativeThread.smallStackBytes)
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { (try? await pool.run { () throws(SluiceError) in number }) ?? -1_000_000 }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 199 * 100)
        #expect(pool.counts.threads <= 4)
        let error = await #expect(throws: SluiceError.self) {
            try await pool.run { () throws(SluiceError) in throw SluiceError(.systemCall, "It failed.") }
        }
        #expect(error?.code == .systemCall)
        await pool.shutdown()
        #expect(pool.counts.threads == 0)
    }

    @Test("no work waits for other work while there may be more threads", .timeLimit(.minutes(5)))
    func startsTogether() async {
        for _ in 0..<2000 {
            let pool = BlockingPool(name: "test", limit: 3, stackBytes: NativeThread.smallStackBytes)
            let entered = Monitor(0)
            await withDiscardingTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask {
                        // Each ends only once all have begun.
                        try? await pool.run { () throws(SluiceError) in
                            entered.withLock { $0 += 1 }
                            entered.wakeAll()
                            _ = entered.wait { $0 == 3 ? true : nil }
                        }
                    }
                }
            }
            await pool.shutdown()
        }
    }

    @Test("never more than the limit run at once, and a full pool does reach its limit")
    func limit() async throws {
        let pool = BlockingPool(name: "test", limit: 3)
        let gate = Monitor((running: 0, most: 0, isOpen: false))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    try? await pool.run { () throws(SluiceError) in
                        gate.withLock { state in
                            state.running += 1
                            state.most = max(state.most, state.running)
                            if state.running == 3 { state.isOpen = true }
                        }
                        gate.wakeAll()
                        _ = gate.wait { $0.isOpen ? true : nil }
                        gate.withLock { $0.running -= 1 }
                    }
                }
            }
        }
        #expect(gate.withLock { $0.most } == 3)
        await pool.shutdown()
    }

    @Test("what was accepted runs to its end before shutdown returns; later work is refused")
    func shutdown() async throws {
        let pool = BlockingPool(name: "test", limit: 1)
        let done = Monitor(0)
        for _ in 0..<50 { try pool.submit { done.withLock { $0 += 1 } } }
        await pool.shutdown()
        #expect(done.withLock { $0 } == 50)
        let error = await #expect(throws: SluiceError.self) {
            try await pool.run { () throws(SluiceError) in 1 }
        }
        #expect(error?.code == .cancelled)
    }

    @Test("a compute pool has one thread per processor and runs what it is given")
    func compute() async throws {
        let pool = ComputePool()
        #expect(pool.threadCount == NativeThread.availableProcessorCount)
        let sum = Monitor(0)
        for number in 1...1000 { try pool.submit { sum.withLock { $0 += number } } }
        await pool.shutdown()
        #expect(sum.withLock { $0 } == 500_500)
    }

    @Test("a thread can wait for asynchronous work without holding up the cooperative pool")
    func bridge() async throws {
        let pool = BlockingPool(name: "test", limit: 8)
        let total = try await pool.run { () throws(SluiceError) in
            try BlockingBridge.wait { () async throws(SluiceError) in
                try await pool.run { () throws(SluiceError) in 20 } + 1
            } * 2
        }
        #expect(total == 42)
        await pool.shutdown()
    }

    @Test("two that come at the same moment for one idle thread both get one", .timeLimit(.minutes(2)))
    func simultaneous() async throws {
        let pool = BlockingPool(name: "test", limit: 2, stackBytes: NativeThread.smallStackBytes)
        for _ in 0..<2000 {
            // Each ends when both have come: with one thread for the two that would be never.
            let arrived = Monitor(0)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try? await pool.run { () throws(SluiceError) in
                            arrived.withLock { $0 += 1 }
                            arrived.wakeAll()
                            arrived.wait { $0 == 2 ? () : nil }
                        }
                    }
                }
            }
        }
        await pool.shutdown()
    }
}
