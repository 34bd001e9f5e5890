internal import EventModel
internal import FunctionRuntime
internal import Glibc
internal import RecordEngine
internal import TestSupport
internal import Testing

@Suite struct FileSpoolTests {
    @Test("a spool gives back what was appended, wherever it is read")
    func readsBack() throws {
        let directory = TemporaryDirectory()
        let spool = try FileSpoolProvider(directory: directory.path).makeSpool()
        var random = TestRandom(seed: 5)
        var all: [UInt8] = []
        for length in [0, 1, 4096, 100_000, 7] {
            let piece = (0..<length).map { _ in UInt8(random.below(256)) }
            try unsafe piece.withUnsafeBytes { try unsafe spool.append($0) }
            all += piece
        }
        #expect(spool.byteCount == UInt64(all.count))
        for _ in 0..<100 {
            let offset = random.below(all.count)
            var read = [UInt8](repeating: 0, count: random.below(all.count - offset) + 1)
            try unsafe read.withUnsafeMutableBytes { try unsafe spool.read(at: UInt64(offset), into: $0) }
            #expect(read == Array(all[offset..<(offset + read.count)]))
        }
    }

    @Test("two spools of one directory share nothing, and neither has a name in it")
    func nameless() throws {
        let directory = TemporaryDirectory()
        let provider = FileSpoolProvider(directory: directory.path)
        let (first, second) = (try provider.makeSpool(), try provider.makeSpool())
        try unsafe [UInt8](repeating: 1, count: 10).withUnsafeBytes { try unsafe first.append($0) }
        #expect(first.byteCount == 10 && second.byteCount == 0)
        #expect(rmdirSucceeds(directory.path), "the directory is empty")
    }

    @Test("a directory that is not there is an error with its name")
    func missing() throws {
        let provider = FileSpoolProvider(directory: "/nonexistent/sluice")
        let error = #expect(throws: SluiceError.self) { _ = try provider.makeSpool() }
        #expect(error?.code == .systemCall)
        #expect(error?.message.contains("/nonexistent/sluice") == true)
    }

    private func rmdirSucceeds(_ path: String) -> Bool { unsafe rmdir(path) == 0 }
}
