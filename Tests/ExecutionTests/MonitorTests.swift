internal import EventModel
internal import Execution
internal import Testing

@Suite struct MonitorTests {
    @Test("many threads that change the state under the lock lose no change")
    func exclusion() async throws {
        let pool = BlockingPool(name: "test", limit: 8)
        let counter = Monitor([String: Int]())
        for _ in 0..<8 {
            try pool.submit {
                for step in 0..<5_000 { counter.withLock { $0["\(step % 10)", default: 0] += 1 } }
            }
        }
        await pool.shutdown()
        #expect(counter.withLock { $0.values.reduce(0, +) } == 40_000)
    }
}
