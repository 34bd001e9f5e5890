internal import Daemon
internal import DurableLedger
internal import EventModel
internal import Execution
internal import Foundation
internal import Glibc
internal import Testing

/// The lock on the state directory (trap D12).
@Suite struct StateDirectoryTests {
    private func withRoot(_ body: (String) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-state-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try body(root)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("a service makes the directory for itself alone, parents included")
    func makes() throws {
        try withRoot { root in
            let state = try StateDirectory.open(root + "/a/b/state", for: .service)
            #expect(try mode(root + "/a/b/state") == 0o700)
            #expect(try mode(root + "/a/b/state/lock") == 0o600)
            #expect(state.ledgerPath == root + "/a/b/state/ledger.sqlite")
        }
    }

    @Test("a directory that is open to others is closed")
    func closes() throws {
        try withRoot { root in
            try FileManager.default.createDirectory(
                atPath: root + "/state",
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o755]
            )
            _ = try StateDirectory.open(root + "/state", for: .service)
            #expect(try mode(root + "/state") == 0o700)
        }
    }

    @Test(
        "a second service is refused at once, and told by whom (trap D12)",
        arguments: [
            StateDirectory.Purpose.service, .command,
        ]
    )
    func second(purpose: StateDirectory.Purpose) throws {
        try withRoot { root in
            let first = try StateDirectory.open(root + "/state", for: .service)
            let began = ContinuousClock.now
            let error = #expect(throws: SluiceError.self) {
                _ = try StateDirectory.open(root + "/state", for: purpose)
            }
            // Far less than the 10 s that a command would be waited for, whatever the machine's load.
            #expect(ContinuousClock.now - began < .seconds(9))
            #expect(error?.code == .stateLocked)
            #expect(error?.message.contains("process \(getpid())") == true)
            let holder = try #require(StateDirectory.holder(of: root + "/state"))
            #expect(holder.pid == getpid())
            #expect(holder.purpose == .service)
            withExtendedLifetime(first) {}
        }
    }

    @Test("a lock file that names a dead service locks nothing")
    func stale() throws {
        try withRoot { root in
            try FileManager.default.createDirectory(
                atPath: root + "/state",
                withIntermediateDirectories: false
            )
            try "1 service\n".write(toFile: root + "/state/lock", atomically: true, encoding: .utf8)
            #expect(StateDirectory.holder(of: root + "/state") == nil)
            _ = try StateDirectory.open(root + "/state", for: .service)
        }
    }

    @Test("a service waits for a command that holds the lock for a moment")
    func waits() throws {
        try withRoot { root in
            _ = try StateDirectory.open(root + "/state", for: .service)
            let holder = Holder(try StateDirectory.open(root + "/state", for: .command))
            let began = DispatchSemaphore(value: 0)
            Thread {
                began.wait()
                holder.release()
            }.start()
            // The service finds the lock held, or just freed: both are right.
            began.signal()
            let service = try StateDirectory.open(root + "/state", for: .service)
            #expect(StateDirectory.holder(of: root + "/state")?.purpose == .service)
            withExtendedLifetime(service) {}
        }
    }

    @Test("a command makes nothing")
    func command() throws {
        try withRoot { root in
            let error = #expect(throws: SluiceError.self) {
                _ = try StateDirectory.open(root + "/state", for: .command)
            }
            #expect(error?.code == .stateUnusable)
            #expect(!FileManager.default.fileExists(atPath: root + "/state"))
        }
    }

    @Test("a file in the directory's place is an error that says so")
    func notADirectory() throws {
        try withRoot { root in
            try "x".write(toFile: root + "/state", atomically: true, encoding: .utf8)
            let error = #expect(throws: SluiceError.self) {
                _ = try StateDirectory.open(root + "/state", for: .service)
            }
            #expect(error?.code == .stateUnusable)
            #expect(error?.message.contains("Not a directory") == true)
        }
    }

    @Test("a ledger that a command is still closing is waited for")
    func waitsForLedger() async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-state-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        let state = try StateDirectory.open(root + "/state", for: .service)
        let closing = try await SQLiteLedger.open(path: state.ledgerPath, newLedger: "00")
        async let opened = state.openLedger(by: SystemRandomSource())
        await closing.close()
        let ledger = try await opened
        #expect(ledger.id == "00")
        await ledger.close()
    }
}

/// Lets another thread end a lock.
private final class Holder: @unchecked Sendable {
    // Touched by one thread after it was handed over: the semaphore orders both.
    private var state: StateDirectory?

    init(_ state: StateDirectory) { self.state = state }

    func release() { state = nil }
}
