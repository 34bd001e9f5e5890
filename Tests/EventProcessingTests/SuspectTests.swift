internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import Glibc
internal import ObjectStorage
internal import Synchronization
internal import TestSupport
internal import Testing

/// What was leased at an unclean stop runs alone in a child process (traps Q05, Q06, X03, X04).
@Suite struct SuspectTests {
    private let house = House()

    /// Runs the worker's side in this process, or says what the test says.
    private struct Runner: SuspectRunner {
        let configuration: ProcessingConfiguration
        let pool: BlockingPool
        let crashes: @Sendable (WorkerAssignment) -> Bool

        func run(_ assignment: WorkerAssignment, timeout: Duration) async -> SuspectEnd {
            if crashes(assignment) {
                return .crashed(FailureRecord(code: "function.crashed", message: "signal 11"))
            }
            return .ended(await WorkerMain.run(assignment, configuration, pool: pool))
        }
    }

    /// Leaves deliveries leased, as a boot that was killed does.
    private func leaveLeased(_ configuration: ProcessingConfiguration, _ keys: [ObjectKey]) async throws {
        for key in keys { house.put("inbox", key, "1\n") }
        let now = house.clock.now
        let owner = OwnerID(boot: "dead")
        _ = try await house.ledger.beginBoot(owner, at: now)
        _ = try await house.ledger.registerTriggers(
            [TriggerRegistration(name: "t", bucket: "inbox")],
            at: now
        )
        for key in keys {
            let info = try #require(try await house["inbox"].head(key))
            _ = try await house.ledger.observe(
                [
                    Observation(
                        target: TargetID(trigger: "t", bucket: "inbox", key: key),
                        expectedRevision: 0,
                        object: info,
                        eventType: .createdPut,
                        action: .deliver(.live)
                    )
                ],
                at: now
            )
        }
        let pick = LeaseRequest.Pick(trigger: "t", deliveryClass: .live, limit: keys.count)
        #expect(
            try await house.ledger.lease(LeaseRequest(owner: owner, picks: [pick], now: now)).count
                == keys.count
        )
    }

    @Test("they run in the child, whose staged outputs the parent commits; others run as always")
    func commits() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await leaveLeased(configuration, ["a", "b", "c"])
        house.put("inbox", "d", "1\n")
        let seen = Mutex<[ObjectKey]>([])
        let runner = Runner(configuration: configuration, pool: house.pool) { assignment in
            seen.withLock { $0.append(ObjectKey(bytes: assignment.key)) }
            return false
        }
        try await house.boot(configuration, suspects: runner).runUntilIdle()
        #expect(seen.withLock { $0.sorted() } == ["a", "b", "c"])
        #expect(house["clean"].keys == ["a", "b", "c", "d"])
        #expect(try await house.problems() == [])
    }

    @Test("an object that kills three children is dead, and its neighbours are done")
    func poison() async throws {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await leaveLeased(configuration, ["good", "poison"])
        let deaths = Mutex(0)
        let runner = Runner(configuration: configuration, pool: house.pool) { assignment in
            guard ObjectKey(bytes: assignment.key) == "poison" else { return false }
            deaths.withLock { $0 += 1 }
            return true
        }
        for _ in 0..<5 {
            try await house.boot(configuration, suspects: runner).runUntilIdle()
            house.clock.advance(by: .seconds(5))
        }
        let states = try await house.deliveries().reduce(into: [ObjectKey: DeliveryState]()) {
            $0[$1.target.key] = $1.state
        }
        #expect(states == ["good": .done, "poison": .dead])
        #expect(deaths.withLock { $0 } == 3)
    }

    @Test("a child that dies by a signal is told from one that gives no answer, and one that hangs is killed")
    func realChildren() async throws {
        let assignment = try await someAssignment()
        guard case .crashed(let failure) = await run("kill -SEGV $$", assignment) else {
            Issue.record("A child killed by a signal did not count as a crash.")
            return
        }
        #expect(failure.code == "function.crashed")
        #expect(failure.message.contains("signal 11"))
        guard case .failed(let silent) = await run("exit 3", assignment) else {
            Issue.record("A child without an answer did not fail.")
            return
        }
        #expect(silent.code == .workerProtocol)
        guard case .failed(let garbage) = await run("echo '{'", assignment) else {
            Issue.record("A child with a senseless answer did not fail.")
            return
        }
        #expect(garbage.code == .workerProtocol)
        // A descendant that holds the pipe open must not be waited for, nor outlive the child (trap X03).
        let began = ContinuousClock.now
        guard case .failed = await run("sleep 600 & exit 0", assignment) else {
            Issue.record("A child without an answer did not fail.")
            return
        }
        guard case .failed(let hung) = await run("sleep 600", assignment, timeout: .milliseconds(300)) else {
            Issue.record("A hanging child was not killed.")
            return
        }
        #expect(hung.code == .deadlineExceeded)
        #expect(began.duration(to: .now) < .seconds(60))
        let missing = ProcessSuspectRunner(executable: "/nonexistent", arguments: [], pool: house.pool)
        guard case .failed(let absent) = await missing.run(assignment, timeout: .seconds(60)) else {
            Issue.record("A program that does not exist was started.")
            return
        }
        #expect(absent.code == .workerSpawn)
    }

    @Test("children leave no descriptors behind, whether they ran or could not be started (trap X04)")
    func descriptors() async throws {
        let assignment = try await someAssignment()
        let missing = ProcessSuspectRunner(executable: "/nonexistent", arguments: [], pool: house.pool)
        let before = Self.openDescriptors()
        for _ in 0..<100 {
            _ = await run("exit 3", assignment)
            _ = await missing.run(assignment, timeout: .seconds(60))
        }
        // Tests that run beside this one open files of their own; a leak would be of 100 at least.
        #expect(Self.openDescriptors() < before + 80)
    }

    @Test("a child has three descriptors, its own process group and reads the assignment")
    func surroundings() async throws {
        let script =
            "read line; set -- /proc/self/fd/*; echo \"$# ${#line}\" >&2; "
            + #"test "$(ps -o pgid= -p $$ | tr -d ' ')" = $$ && test "${#line}" -gt 50 && kill -USR1 $$"#
        guard case .crashed(let failure) = await run(script, try await someAssignment()) else {
            Issue.record("The child's surroundings are not as they should be.")
            return
        }
        #expect(failure.message.contains("signal 10"))
    }

    private func run(
        _ script: String,
        _ assignment: WorkerAssignment,
        timeout: Duration = .seconds(120)
    ) async -> SuspectEnd {
        await ProcessSuspectRunner(executable: "/bin/sh", arguments: ["-c", script], pool: house.pool)
            .run(assignment, timeout: timeout)
    }

    private func someAssignment() async throws -> WorkerAssignment {
        let copy = FunctionDouble.mapping("copy") { $0 }
        let configuration = house.configuration(
            [trigger("t", on: "inbox", function: "copy", to: "clean:{key}")],
            [copy]
        )
        try await leaveLeased(configuration, ["a"])
        let caught = Mutex<WorkerAssignment?>(nil)
        let runner = Runner(configuration: configuration, pool: house.pool) { assignment in
            caught.withLock { $0 = assignment }
            return false
        }
        try await house.boot(configuration, suspects: runner).runUntilIdle()
        return try #require(caught.withLock { $0 })
    }

    private static func openDescriptors() -> Int {
        (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
    }
}
