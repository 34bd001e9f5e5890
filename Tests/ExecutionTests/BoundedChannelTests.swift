internal import EventModel
internal import Execution
internal import Testing

@Suite struct BoundedChannelTests {
    @Test("elements arrive once and in order, and never more than the capacity wait")
    func order() async throws {
        let channel = BoundedChannel<Int>(capacity: 3)
        let most = Monitor(0)
        try NativeThread.start(name: "producer") {
            for number in 0..<10_000 { channel.send(number) }
            channel.finish()
        }
        let pool = BlockingPool(name: "consumer", limit: 1)
        let received = try await pool.run { () throws(SluiceError) in
            var received: [Int] = []
            while let number = try channel.receive() {
                let waiting = channel.count
                most.withLock { $0 = max($0, waiting) }
                received.append(number)
            }
            return received
        }
        #expect(received == Array(0..<10_000))
        #expect(most.withLock { $0 } <= 3)
        await pool.shutdown()
    }

    @Test("a failure arrives after the elements before it")
    func failure() throws {
        let channel = BoundedChannel<Int>(capacity: 2)
        #expect(channel.send(1))
        channel.finish(with: SluiceError(.systemCall, "The producer failed."))
        #expect(channel.send(2) == false)
        #expect(try channel.receive() == 1)
        #expect(throws: SluiceError.self) { try channel.receive() }
    }

    @Test("a producer that waits for room goes on when the consumer gives up")
    func cancel() async throws {
        let channel = BoundedChannel<Int>(capacity: 1)
        #expect(channel.trySend(1))
        #expect(channel.trySend(2) == false)
        let pool = BlockingPool(name: "producer", limit: 1)
        async let isTaken = pool.run { () throws(SluiceError) in channel.send(2) }
        channel.cancel()
        #expect(try await isTaken == false)
        #expect(try channel.receive() == nil)
        await pool.shutdown()
    }
}
