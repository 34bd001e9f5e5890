internal import DurableLedger
internal import EventModel
internal import Foundation
internal import Testing

/// The ledgers that the contract holds for.
enum LedgerKind: String, CaseIterable, Sendable {
    case reference
    case sqlite

    /// Runs a test on an empty ledger of this kind; its files are removed.
    func test(_ body: (any Ledger) async throws -> Void) async throws {
        switch self {
        case .reference: try await body(ReferenceLedger())
        case .sqlite:
            try await TemporaryDirectory.with { directory in
                let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
                do {
                    try await body(ledger)
                } catch {
                    await ledger.close()
                    throw error
                }
                #expect(try await ledger.verify() == [])
                await ledger.close()
            }
        }
    }
}

/// A directory that is removed after its test.
struct TemporaryDirectory: Sendable {
    /// Where it lies.
    let path: String
    /// Where a ledger lies in it.
    var ledger: String { path + "/ledger.sqlite" }

    /// Makes one, and removes it after `body`.
    static func with<Value>(_ body: (TemporaryDirectory) async throws -> Value) async throws -> Value {
        let path = NSTemporaryDirectory() + "sluice-ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(TemporaryDirectory(path: path))
    }
}

/// A generator with a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    /// Begins with a seed.
    init(seed: UInt64) { state = seed }
    /// The next number.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    /// True so often.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }
}

/// One call of a ledger, and what it answers.
struct LedgerCall: Sendable {
    /// What is called with what, for a failure's report.
    let text: String
    /// Calls a ledger.
    let apply: @Sendable (any Ledger) async throws -> any Hashable & Sendable

    /// Describes a call.
    init<Value: Hashable & Sendable>(
        _ text: String,
        _ apply: @escaping @Sendable (any Ledger) async throws -> Value
    ) {
        self.text = text
        self.apply = { ledger in try await apply(ledger) }
    }
}
