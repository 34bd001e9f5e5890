internal import DurableLedger
internal import EventModel
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

    @Test(
        "a note that comes with a job is kept with it, and knows its number",
        arguments: LedgerKind.allCases
    )
    func withJob(kind: LedgerKind) async throws {
        try await kind.test { ledger in
            try await ledger.remember("plan", "old", at: Sample.time(1))
            let note = JobNote("plan") { "made \($0)" }
            let job = try await ledger.createJob("words", priority: 0, remembering: note, at: Sample.time(2))
            #expect(
                try await ledger.recall("plan") == LedgerNote(text: "made \(job.id)", at: Sample.time(2))
            )
            _ = try await ledger.createJob("words", priority: 0, at: Sample.time(3))
            #expect(try await ledger.recall("plan")?.text == "made \(job.id)")
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
            await #expect(throws: SluiceError.self) {
                try await old.remember("name", "text", at: Sample.time(1))
            }
            await old.close()

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
