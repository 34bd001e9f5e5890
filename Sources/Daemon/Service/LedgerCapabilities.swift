internal import DurableLedger
internal import EventModel
internal import FoundationEssentials
internal import ObjectStorage

/// Remembers in the ledger what stores were found to do, so that a new boot need not try it out again.
struct LedgerCapabilities: CapabilityStore {
    /// Where it is noted.
    let ledger: any Ledger

    /// What was noted; a note that cannot be read, of another version, is none.
    func recall(_ name: String) async throws(SluiceError) -> RememberedCapabilities? {
        guard let note = try await ledger.recall(Self.note(name)) else { return nil }
        let decoder = JSONDecoder()
        guard let found = try? decoder.decode(S3Capabilities.self, from: Data(note.text.utf8)) else {
            return nil
        }
        return RememberedCapabilities(capabilities: found, found: note.at)
    }

    /// Notes a finding.
    func remember(_ finding: RememberedCapabilities, as name: String) async throws(SluiceError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let text = try? encoder.encode(finding.capabilities) else { return }
        try await ledger.remember(Self.note(name), String(decoding: text, as: UTF8.self), at: finding.found)
    }

    private static func note(_ name: String) -> String { "store.capabilities/\(name)" }
}
