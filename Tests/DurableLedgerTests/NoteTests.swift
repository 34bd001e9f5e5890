internal import DurableLedger
internal import EventModel
internal import Foundation
internal import Testing

/// What the service remembers for itself.
@Suite struct NoteTests {
    @Test("the newest note under a name is recalled, with its moment", arguments: LedgerKind.allCases)
    func newest(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            #expect(try await ledger.recall("probe https://store.example/a") == nil)
            try await ledger.remember("probe https://store.example/a", "first", at: Sample.time(1))
            try await ledger.remember("probe https://store.example/b", "", at: Sample.time(2))
            try await ledger.remember("probe https://store.example/a", "second \u{e9}", at: Sample.time(3))
            let note = try await ledger.recall("probe https://store.example/a")
            #expect(note == LedgerNote(text: "second \u{e9}", at: Sample.time(3)))
            #expect(
                try await ledger.recall("probe https://store.example/b")
                    == LedgerNote(text: "", at: Sample.time(2))
            )
            #expect(try await ledger.recall("probe") == nil)
        }
    }

    @Test("a ledger of the schema without notes keeps what it has and takes notes (trap D15)")
    func migration() async throws {
        try await TemporaryDirectory.with { directory in
            var options = SQLiteLedger.Options()
            options.schema = 1
            let old = try await SQLiteLedger.open(
                path: directory.ledger,
                newLedger: Sample.ledgerID,
                options: options
            )
            _ = try await ContractScene(old)
            let triggers = try await old.triggers()
            await old.close()
            // Offset 60 is the user version, big-endian (https://www.sqlite.org/fileformat.html, 1.3).
            let header = try #require(FileHandle(forReadingAtPath: directory.ledger)?.readData(ofLength: 64))
            #expect(Array(header.suffix(4)) == [0, 0, 0, 1])

            for text in ["first", "second"] {
                let new = try await SQLiteLedger.open(path: directory.ledger, newLedger: "unused")
                #expect(new.id == Sample.ledgerID)
                #expect(try await new.triggers() == triggers)
                try await new.remember("name", text, at: Sample.time(2))
                #expect(try await new.verify() == [])
                await new.close()
            }
            let last = try await SQLiteLedger.open(path: directory.ledger, newLedger: "unused")
            #expect(try await last.recall("name")?.text == "second")
            await last.close()
        }
    }
}
