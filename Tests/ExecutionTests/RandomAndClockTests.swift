internal import EventModel
internal import Execution
internal import Testing

@Suite struct RandomAndClockTests {
    @Test("a seed gives SplitMix64's published sequence")
    func seeded() {
        let random = SeededRandomSource(seed: 1_234_567)
        #expect((0..<3).map { _ in random.next() } == [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        ])
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(random.fraction()) })
        #expect(random.hexadecimal(digitCount: 20).utf8.count == 20)
    }

    @Test("the wait doubles up to the maximum, and jitter never exceeds it")
    func backoff() {
        let backoff = Backoff(initial: .seconds(1), maximum: .seconds(300))
        let ceilings = [1, 2, 3, 4, 9, 10, 1_000_000].map(backoff.ceiling(afterFailures:))
        #expect(ceilings == [1, 2, 4, 8, 256, 300, 300].map { .seconds($0) })
        let random = SeededRandomSource(seed: 7)
        for failures in 1...20 {
            let wait = backoff.wait(afterFailures: failures, random: random)
            #expect(wait >= .zero && wait <= backoff.ceiling(afterFailures: failures))
        }
    }

    @Test("the system's clock moves, agrees between instances, and a cancelled sleep ends")
    func clock() async throws {
        let start = SystemTimeSource().uptime
        try await SystemTimeSource().sleep(for: .milliseconds(2))
        #expect(SystemTimeSource().uptime - start >= .milliseconds(2))
        #expect(SystemTimeSource().now.nanoseconds > 1_600_000_000_000_000_000)
        let sleeper = Task { try await SystemTimeSource().sleep(for: .seconds(600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
}
