internal import EventModel
internal import Foundation
internal import Glibc
internal import HTTPTransport
internal import Testing

/// The client against a server of a few lines, so that it is proved apart from ours.
@Suite struct UnixSocketClientTests {
    /// Accepts one connection, reads until the head ends, and answers with fixed bytes.
    private func serve(_ answer: String, _ body: (UnixSocketClient) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-http-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: (directory + "/s").utf8)
        }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 1) == 0)
        let thread = Thread {
            let peer = accept(listener, nil, nil)
            var chunk = [UInt8](repeating: 0, count: 4096)
            _ = unsafe read(peer, &chunk, chunk.count)
            let bytes = Array(answer.utf8)
            _ = unsafe write(peer, bytes, bytes.count)
            // Nothing to say: hold the connection until the client gives up.
            if bytes.isEmpty { _ = unsafe read(peer, &chunk, chunk.count) }
            close(peer)
        }
        thread.start()
        try await body(UnixSocketClient(directory: directory, name: "s"))
        close(listener)
    }

    @Test("an answer's status and body arrive whole")
    func answer() async throws {
        try await serve("HTTP/1.1 422 No\r\nContent-Length: 5\r\n\r\nhello") { client in
            let answer = try await client.send("GET", "/x")
            #expect(answer.status == 422)
            #expect(answer.body == Array("hello".utf8))
        }
    }

    @Test("a connection that breaks in the middle is an error, not a short answer")
    func broken() async throws {
        try await serve("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello") { client in
            let error = await #expect(throws: SluiceError.self) { _ = try await client.send("GET", "/x") }
            #expect(error?.code == .transportFailed)
        }
    }

    @Test("a service that does not answer in time is an error")
    func timeout() async throws {
        try await serve("") { client in
            let error = await #expect(throws: SluiceError.self) {
                _ = try await client.send("GET", "/x", timeout: .milliseconds(200))
            }
            #expect(error?.code == .transportFailed)
        }
    }

    @Test("no socket, or no directory, means that no service runs", arguments: ["", "/missing"])
    func nobody(folder: String) async throws {
        let directory = FileManager.default.temporaryDirectory.path + folder
        let error = await #expect(throws: SluiceError.self) {
            _ = try await UnixSocketClient(directory: directory, name: "none.sock").send("GET", "/")
        }
        #expect(error?.code == .serviceNotRunning)
    }
}
