internal import DurableLedger
internal import EventModel
internal import Foundation
internal import Testing

/// What only a ledger in a file must do: refuse, survive, share its fsyncs.
@Suite struct SQLiteLedgerTests {
    @Test("a second opener is refused while the first is open (traps D02, D12)")
    func locked() async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            let error = await #expect(throws: SluiceError.self) {
                try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            }
            #expect(error?.code == .ledgerLocked)
            await ledger.close()
            let again = try await SQLiteLedger.open(path: directory.ledger, newLedger: "unused")
            #expect(again.id == Sample.ledgerID)
            await again.close()
        }
    }

    @Test("a newer schema is refused, and the file is left as it was (trap D15)")
    func newer() async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            await ledger.close()
            // Offset 60 is the user version, big-endian (https://www.sqlite.org/fileformat.html, 1.3).
            let file = try #require(FileHandle(forUpdatingAtPath: directory.ledger))
            try file.seek(toOffset: 60)
            try file.write(contentsOf: Data([0, 0, 0, 99]))
            try file.close()
            let error = await #expect(throws: SluiceError.self) {
                try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            }
            #expect(error?.code == .ledgerTooNew)
        }
    }

    @Test("a damaged or foreign file is refused with words (trap D14)")
    func damaged() async throws {
        try await TemporaryDirectory.with { directory in
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: directory.ledger))
            let error = await #expect(throws: SluiceError.self) {
                try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            }
            #expect(error?.code == .ledgerUnavailable)
            #expect(error?.message.contains("damaged") == true)
            let missing = await #expect(throws: SluiceError.self) {
                try await SQLiteLedger.open(path: directory.path + "/no/ledger", newLedger: Sample.ledgerID)
            }
            #expect(missing?.code == .ledgerUnavailable)
        }
    }

    @Test("a full disk records nothing and passes (trap D05)")
    func full() async throws {
        try await TemporaryDirectory.with { directory in
            var options = SQLiteLedger.Options()
            options.maximumBytes = 400_000
            var ledger = try await SQLiteLedger.open(
                path: directory.ledger,
                newLedger: Sample.ledgerID,
                options: options
            )
            _ = try await ledger.registerTriggers([ContractScene.trigger], at: Sample.time(1))
            var recorded = 0
            var failure: SluiceError?
            while failure == nil {
                let page = (0..<50).map { number in
                    let key = ObjectKey("logs/\(recorded)-\(number)-" + String(repeating: "x", count: 200))
                    return Sample.observation(
                        "a",
                        revision: 0,
                        target: TargetID(trigger: "web", bucket: "inbox", key: key)
                    )
                }
                do {
                    _ = try await ledger.observe(page, at: Sample.time(2))
                    recorded += page.count
                } catch let error as SluiceError {
                    failure = error
                }
            }
            #expect(failure?.code == .ledgerFull)
            #expect(recorded > 0)
            let counted = try await ledger.counters().reduce(0) { $0 + $1.count }
            #expect(counted == Int64(recorded), "all or nothing of a call")
            #expect(try await ledger.verify() == [])
            await ledger.close()
            ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: "unused")
            let more = Sample.observation(
                "a",
                revision: 0,
                target: TargetID(trigger: "web", bucket: "inbox", key: "more")
            )
            #expect(
                try await ledger.observe([more], at: Sample.time(3)) == [
                    .recorded(DeliveryID(Int64(recorded) + 1))
                ]
            )
            #expect(try await ledger.verify() == [])
            await ledger.close()
        }
    }

    @Test("callers share a commit: at most one fsync per group, fewer groups than calls")
    func groups() async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            let calls = 2_000
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<calls {
                    group.addTask {
                        let target = TargetID(trigger: "web", bucket: "inbox", key: ObjectKey("k\(number)"))
                        _ = try await ledger.observe(
                            [Sample.observation("a", revision: 0, target: target)],
                            at: Sample.time(2)
                        )
                    }
                }
                try await group.waitForAll()
            }
            #expect(ledger.statistics.operations == calls)
            #expect(ledger.statistics.groups < calls / 2)
            #expect(ledger.statistics.largestGroup <= 1024)
            await ledger.close()
        }
    }

    @Test("a closed ledger answers with an error, and nobody waits for ever")
    func closed() async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            await ledger.close()
            await ledger.close()
            let error = await #expect(throws: SluiceError.self) { try await ledger.counters() }
            #expect(error?.code == .ledgerUnavailable)
        }
    }

    @Test("the file can be read by its owner only (trap S37)")
    func mode() async throws {
        try await TemporaryDirectory.with { directory in
            let ledger = try await SQLiteLedger.open(path: directory.ledger, newLedger: Sample.ledgerID)
            _ = try await ledger.registerTriggers([ContractScene.trigger], at: Sample.time(1))
            for suffix in ["", "-wal"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: directory.ledger + suffix)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            }
            await ledger.close()
        }
    }

    @Test("the mount table names network file systems (trap D11)")
    func networkFileSystems() {
        let table = MountTable(
            """
            22 1 0:20 / /proc rw - proc proc rw
            36 35 98:0 / / rw,noatime master:1 - ext4 /dev/root rw,errors=continue
            40 36 0:50 / /mnt/share rw shared:2 - nfs4 host:/export rw
            broken line
            """
        )
        #expect(table.fileSystem(device: "98:0") == "ext4")
        #expect(table.fileSystem(device: "0:50") == "nfs4")
        #expect(table.fileSystem(device: "7:7") == nil)
        let network = ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"]
        #expect(network.allSatisfy(MountTable.isNetwork))
        let local = ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fuseblk"]
        #expect(!local.contains(where: MountTable.isNetwork))
    }
}
