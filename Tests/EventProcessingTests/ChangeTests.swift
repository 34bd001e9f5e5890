internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Objects that change while they are worked on: outputs belong to one version, the newest (traps W13, W14,
/// N09).
@Suite struct ChangeTests {
    private let house = House()

    /// Copies; before it has read anything on its first run, `change` happens.
    private func copy(_ change: @escaping @Sendable () -> Void) -> FunctionDouble {
        let once = Once()
        return FunctionDouble("copy") { invocation throws(SluiceError) in
            if once.take() { change() }
            let bytes = try readAll(invocation.source)
            guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
                return InvocationReport()
            }
            try write(bytes, to: sink)
            return InvocationReport()
        }
    }

    private func configuration(_ function: FunctionDouble) -> ProcessingConfiguration {
        house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [function],
            workers: 1
        )
    }

    @Test(
        "overwritten while it is processed: the older version ends superseded, the newer one's output stands"
    )
    func overwritten() async throws {
        let house = house
        let copy = copy { house.put("inbox", "x", "newer") }
        house.put("inbox", "x", "old")
        try await house.process(configuration(copy))
        #expect(house.text("clean", "x") == "newer")
        #expect(try await house.deliveries().map(\.state) == [.superseded, .done])
        #expect(try await house.problems() == [])
    }

    @Test("overwritten with a broken content while it is processed: nothing of the mixture is judged")
    func overwrittenAndFailing() async throws {
        let house = house
        let isFirst = Mutex(true)
        let function = FunctionDouble("copy") { invocation throws(SluiceError) in
            let mustFail = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard mustFail else { return InvocationReport() }
            house.put("inbox", "x", "newer")
            throw SluiceError(SluiceError.Code("test.corrupt", .object), "The bytes make no sense.")
        }
        house.put("inbox", "x", "old")
        try await house.process(configuration(function))
        #expect(try await house.deliveries().map(\.state) == [.superseded, .done])
    }

    @Test("deleted while it is processed: skipped as gone, not dead, nothing visible")
    func deletedMeanwhile() async throws {
        let house = house
        let copy = copy { house["inbox"].remove("x") }
        house.put("inbox", "x", "old")
        try await house.process(configuration(copy))
        let delivery = try #require(try await house.deliveries().first)
        #expect(delivery.state == .skipped)
        #expect(delivery.reason == "gone")
        #expect(house["clean"].keys.isEmpty)
        #expect(try await house.problems() == [])
    }

    @Test("deleted before it is processed: skipped as gone")
    func deletedBefore() async throws {
        let function = copy {}
        house.put("inbox", "x", "old")
        // Opening is the first that the attempt does.
        let house = house
        house["inbox"].setFaultHook { call throws(SluiceError) in
            if call.operation == .open, call.moment == .before { house["inbox"].remove("x") }
        }
        try await house.process(configuration(function))
        #expect(try await house.deliveries().map(\.state) == [.skipped])
        #expect(function.totalRuns == 0)
    }

    @Test("replaced between lease and open: the newest version is read, once")
    func replacedBeforeOpen() async throws {
        let function = copy {}
        house.put("inbox", "x", "old")
        let house = house
        let isFirst = Mutex(true)
        house["inbox"].setFaultHook { call throws(SluiceError) in
            guard call.operation == .open, call.moment == .before, isFirst.withLock({ $0 }) else { return }
            isFirst.withLock { $0 = false }
            house.put("inbox", "x", "newer")
        }
        try await house.process(configuration(function))
        try await house.process(configuration(function))
        #expect(house.text("clean", "x") == "newer")
        #expect(function.totalRuns == 1)
        #expect(try await house.deliveries().map(\.state) == [.done])
    }

    @Test("a file that is being written waits, and is processed once nobody writes it (trap W07)")
    func beingWritten() async throws {
        let function = copy {}
        let configuration = configuration(function)
        house.put("inbox", "x", "half")
        house["inbox"].setWriterState(.writing, of: "x")
        try await house.process(configuration)
        #expect(try await house.deliveries().isEmpty)
        house.put("inbox", "x", "whole")
        house["inbox"].setWriterState(.none, of: "x")
        try await house.process(configuration)
        #expect(house.text("clean", "x") == "whole")
        #expect(try await house.deliveries().map(\.state) == [.done])
    }

    @Test(
        "many overwrites at random moments: the final output is the newest version's (trap N09)",
        arguments: 1...20
    )
    func interleavings(seed: Int) async throws {
        let house = house
        let count = Mutex(0)
        let function = FunctionDouble("copy") { invocation throws(SluiceError) in
            let bytes = try readAll(invocation.source)
            let number = count.withLock { count in
                count += 1
                return count
            }
            if (number * seed) % 3 != 0, number < 12 { house.put("inbox", "x", "version \(number)") }
            guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
                return InvocationReport()
            }
            try write(bytes, to: sink)
            if (number + seed) % 2 == 0, number < 12 { house.put("inbox", "x", "late \(number)") }
            return InvocationReport()
        }
        house.put("inbox", "x", "first")
        try await house.process(configuration(function))
        try await house.process(configuration(function))
        #expect(house.text("clean", "x") == house.text("inbox", "x"))
        #expect(try await house.problems() == [])
    }
}

/// True the first time.
private final class Once: Sendable {
    private let isTaken = Atomic(false)
    func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}
