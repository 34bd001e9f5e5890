internal import Daemon
internal import EventModel
internal import Foundation
internal import Settings
internal import Testing

@Suite struct ConfigurationSurroundingsTests {
    /// Calls `body` with the path of a directory that is removed afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    @Test("reads real files, no more than is allowed, and says why it cannot")
    func files() throws {
        try withDirectory { directory in
            let surroundings = ConfigurationSurroundings.process
            try Data(repeating: 0x41, count: 200_000).write(to: URL(fileURLWithPath: "\(directory)/a"))
            #expect(try surroundings.read("\(directory)/a", 300_000).count == 200_000)
            let part = try surroundings.read("\(directory)/a", 100_000)
            #expect(part.count > 100_000 && part.count < 200_000)
            for path in ["\(directory)/none", directory, "\(directory)/a/b"] {
                let error = #expect(throws: SluiceError.self) { try surroundings.read(path, 10) }
                #expect(error?.code.name == "config.unreadable")
                #expect(error?.message.contains(path) == true)
            }
        }
    }

    @Test("follows links as far as a path exists, so that one directory has one name")
    func links() throws {
        try withDirectory { directory in
            let real = "\(directory)/real"
            try FileManager.default.createDirectory(atPath: real, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: "\(directory)/link", withDestinationPath: real)
            let canonical = ConfigurationSurroundings.process.canonicalPath
            #expect(canonical("\(directory)/link/not/yet") == canonical(real) + "/not/yet")
            #expect(canonical("/not-there-\(UUID().uuidString)").hasPrefix("/not-there-"))
            let text = """
                buckets: { a: { path: ./real }, b: { path: ./link/deep } }
                functions: {}
                """
            let result = ConfigurationLoader.load(source: Array(text.utf8), file: "\(directory)/sluice.yaml")
            #expect(result.diagnostics.contains { $0.code.name == "config.overlapping-paths" })
        }
    }

    @Test("a file larger than 1 MiB is refused without being read whole (trap S34)")
    func hugeFile() throws {
        try withDirectory { directory in
            let path = "\(directory)/sluice.yaml"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.truncate(atOffset: 100 << 20)
            try handle.close()
            let result = ConfigurationLoader.load(path: path)
            #expect(result.diagnostics.map(\.code.name) == ["config.syntax"])
            #expect(result.source.count < 2 << 20)
        }
    }
}
