internal import EventModel
internal import Execution
internal import Foundation
internal import HTTPTransport
internal import Synchronization
internal import Testing

@Suite struct HTTPClientTests {
    private let client: HTTPClient

    init() throws {
        client = try HTTPClient(
            HTTPClient.Options(connectTimeout: .seconds(5), stallTimeout: .seconds(1), proxy: "")
        )
    }

    private func code(_ work: () async throws -> Void) async -> SluiceError.Code? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? SluiceError)?.code
        }
    }

    @Test("one connection serves requests that follow each other, and descriptors do not grow")
    func reuse() async throws {
        let server = try ScriptedServer { request, peer in peer.answer(200, request.body) }
        let request = HTTPRequest(endpoint: server.endpoint)
        _ = try await client.send(request)
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for _ in 0..<10_000 { _ = try await client.send(request) }
        #expect(server.connectionCount == 1)
        // Other tests open descriptors at the same time; a leak would be thousands.
        let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        #expect(after < before + 1000)
    }

    @Test("status, headers and body arrive as they were sent", arguments: [0, 1, 65_535, 65_536, 3_000_000])
    func bodies(count: Int) async throws {
        let server = try ScriptedServer { request, peer in peer.answer(206, request.body) }
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = try await client.send(HTTPRequest(method: "PUT", endpoint: server.endpoint, body: body))
        #expect(answer.status == 206)
        #expect(answer.header("x-kind") == "test")
        #expect(answer.body == body)
        let head = try #require(server.requests.first?.head.lowercased())
        #expect(head.contains("content-length: \(count)"))
        #expect(!head.contains("expect:") && !head.contains("content-type:"))
    }

    @Test("paths are sent as they are, parameters encoded, and headers whole")
    func target() async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        var request = HTTPRequest(endpoint: server.endpoint, path: "/a/../b//./c%2F%20")
        request.query = [HTTPField(name: "uploads", value: ""), HTTPField(name: "prefix", value: "ü/+ ~")]
        request.headers = [
            HTTPField(name: "x-empty", value: ""), HTTPField(name: "x-blank", value: " \t "),
            HTTPField(name: "range", value: "bytes=0-1"),
        ]
        _ = try await client.send(request)
        let arrived = try #require(server.requests.first)
        #expect(arrived.target == "/a/../b//./c%2F%20?uploads=&prefix=%C3%BC%2F%2B%20~")
        #expect(arrived.head.contains("\r\nx-empty:\r\nx-blank:\r\n"))
        #expect(arrived.head.contains("range: bytes=0-1"))
        #expect(arrived.head.contains("Host: \(server.endpoint.authority)"))
    }

    @Test("HEAD has no body whatever length is announced; DELETE and POST arrive by their names")
    func methods() async throws {
        let server = try ScriptedServer { request, peer in
            request.line.hasPrefix("HEAD")
                ? peer.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n") : peer.answer(204)
        }
        let head = try await client.send(HTTPRequest(method: "HEAD", endpoint: server.endpoint), bodyLimit: 1)
        #expect(head.header("content-length") == "99" && head.body.isEmpty)
        for method in ["DELETE", "POST", "GET"] {
            _ = try await client.send(HTTPRequest(method: method, endpoint: server.endpoint))
        }
        #expect(server.requests.map { $0.line.prefix(4) } == ["HEAD", "DELE", "POST", "GET "])
        #expect(server.connectionCount == 1)
    }

    @Test("a chunked body is put together; 100 Continue and trailers do not count")
    func chunked() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                && peer.send("3\r\nabc\r\n1\r\nd\r\n0\r\nX-Late: 1\r\n\r\n")
        }
        let answer = try await client.send(HTTPRequest(endpoint: server.endpoint))
        #expect(answer.status == 200 && answer.body == Array("abcd".utf8))
        #expect(answer.header("x-late") == nil)
    }

    @Test("through a proxy the whole URL is asked for")
    func proxy() async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        let client = try HTTPClient(HTTPClient.Options(proxy: server.endpoint.url))
        let far = HTTPEndpoint(isTLS: false, host: "far.invalid", port: 81)
        #expect(try await client.send(HTTPRequest(endpoint: far, path: "/a/../b")).status == 200)
        #expect(server.requests.first?.target == "http://far.invalid:81/a/../b")
    }

    @Test("a redirect is an answer, and nothing is decompressed")
    func redirect() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send(
                "HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\u{1F}z"
            )
        }
        let answer = try await client.send(HTTPRequest(endpoint: server.endpoint))
        #expect(answer.status == 302 && answer.body == [0x1F, 0x7A])
    }

    @Test(
        "a body shorter than announced is truncated, not short",
        arguments: ["Content-Length: 9", "Transfer-Encoding: chunked"]
    )
    func truncated(kind: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n\(kind)\r\n\r\n3\r\nabc\r\n")
            return false
        }
        let request = HTTPRequest(endpoint: server.endpoint)
        #expect(await code { _ = try await client.send(request) } == .transportTruncated)
    }

    @Test("a body over the limit is refused, announced or not", arguments: ["Content-Length: 8", "X: y"])
    func tooLarge(header: String) async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n12345678")
            return false
        }
        let request = HTTPRequest(endpoint: server.endpoint)
        #expect(await code { _ = try await client.send(request, bodyLimit: 7) } == .transportTooLarge)
        try await #expect(client.send(request, bodyLimit: 8).body.count == 8)
    }

    @Test("a port on which nobody listens, and a name that nobody has, are unreachable")
    func unreachable() async throws {
        var server: ScriptedServer? = try ScriptedServer { _, peer in peer.answer() }
        let port = try #require(server?.endpoint.port)
        let name = HTTPEndpoint(isTLS: false, host: "nobody.invalid", port: 80)
        server = nil
        let closed = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: port == 1 ? 2 : 1)
        for endpoint in [closed, name] {
            let error = await #expect(throws: SluiceError.self) {
                _ = try await client.send(HTTPRequest(endpoint: endpoint))
            }
            #expect(error?.code == .transportUnreachable && error?.hint != nil)
        }
    }

    @Test("a reset is a failure that may pass")
    func reset() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
            peer.resetOnClose()
            return false
        }
        let code = await code { _ = try await client.send(HTTPRequest(endpoint: server.endpoint)) }
        #expect(code == .transportFailed || code == .transportTruncated)
    }

    @Test("a kept connection that the server closed is replaced without an error")
    func closedWhileKept() async throws {
        let server = try ScriptedServer { _, peer in
            peer.answer()
            return false
        }
        for _ in 0..<20 {
            let put = HTTPRequest(
                method: "PUT",
                endpoint: server.endpoint,
                body: [UInt8](repeating: 1, count: 200_000)
            )
            try await #expect(client.send(put).status == 200)
        }
    }

    @Test("a server that says nothing runs into the limit for standing still, or the request's own")
    func silent() async throws {
        let server = try ScriptedServer { _, peer in
            peer.waitForEnd()
            return false
        }
        var request = HTTPRequest(endpoint: server.endpoint)
        #expect(await code { _ = try await client.send(request) } == .transportTimeout)
        request.timeout = .milliseconds(50)
        #expect(await code { _ = try await client.send(request) } == .transportTimeout)
    }

    @Test("what cannot be sent as HTTP is refused before it is sent")
    func invalid() async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        let good = HTTPRequest(endpoint: server.endpoint)
        let breakages: [(inout HTTPRequest) -> Void] = [
            { $0.method = "GET /" }, { $0.path = "x" }, { $0.path = "/a b" }, { $0.path = "/a?b" },
            { $0.headers = [HTTPField(name: "x", value: "1\r\ny: 2")] },
            { $0.headers = [HTTPField(name: "x y", value: "1")] },
        ]
        for breakage in breakages {
            var request = good
            breakage(&request)
            #expect(await code { _ = try await client.send(request) } == .transportInvalidRequest)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("a hundred requests run side by side, on no more connections than allowed")
    func parallel() async throws {
        let server = try ScriptedServer { request, peer in peer.answer(200, Array(request.target.utf8)) }
        let few = try HTTPClient(HTTPClient.Options(proxy: "", connectionsPerHost: 8))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<100 {
                group.addTask {
                    let request = HTTPRequest(endpoint: server.endpoint, path: "/\(index)")
                    return try await few.send(request).body == Array("/\(index)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.requests.count == 100)
        #expect(server.connectionCount <= 8)
    }

    @Test("a call, a task and a waiting call that are cancelled end as cancelled")
    func cancelled() async throws {
        let arrived = Monitor(false)
        let server = try ScriptedServer { _, peer in
            arrived.withLock { $0 = true }
            arrived.wakeAll()
            peer.waitForEnd()
            return false
        }
        let one = try HTTPClient(HTTPClient.Options(proxy: "", connectionsPerHost: 1))
        let request = HTTPRequest(endpoint: server.endpoint)
        let first = one.start(request) { _ in }
        let second = one.start(request) { _ in }
        let task = Task { try await one.send(request) }
        try await onThread { _ = arrived.wait { $0 ? true : nil } }
        second.cancel()
        task.cancel()
        #expect(await code { try await onThread { _ = try second.waitHere() } } == .transportCancelled)
        #expect(await code { _ = try await task.value } == .transportCancelled)
        first.cancel()
        #expect(await code { try await onThread { _ = try first.waitHere() } } == .transportCancelled)
    }

    @Test("a client that is dropped ends what is under way")
    func dropped() async throws {
        let server = try ScriptedServer { _, peer in
            peer.waitForEnd()
            return false
        }
        var short: HTTPClient? = try HTTPClient(HTTPClient.Options(proxy: "", connectionsPerHost: 2))
        let calls = (0..<5).compactMap { _ in short?.start(HTTPRequest(endpoint: server.endpoint)) { _ in } }
        short = nil
        for call in calls {
            #expect(await code { try await onThread { _ = try call.waitHere() } } == .transportCancelled)
        }
    }
}

/// Runs blocking work on a thread of its own, so that the test's task does not occupy the pool.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NativeThread.start(name: "test") { continuation.resume(with: Result { try work() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
