internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Glibc
internal import HTTPTransport
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import TestSupport
internal import Testing

/// The API behind real sockets.
@Suite struct ServerTests {
    let operations = FakeOperations()

    private var api: API {
        API(
            operations: operations,
            host: API.Host(boot: "b", reload: { CheckView(ok: true, file: "f", findings: []) }),
            clock: ManualClock()
        )
    }

    /// Runs a server on a socket in a directory as deep as `depth` says, and stops it afterwards.
    private func withSocket(
        depth: Int = 0,
        _ body: (_ directory: String) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sluice-api-\(UUID().uuidString)"
        ).path
        let directory = root + String(repeating: "/abcdefghijklmnopqrstuvwxyz", count: depth)
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: root) }
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        try await run(.socket(directory: descriptor, name: "sluice.sock")) { _ in try await body(directory) }
        #expect(
            !FileManager.default.fileExists(atPath: directory + "/sluice.sock"),
            "a stopped server leaves no socket"
        )
    }

    private func run(_ door: APIServer.Door, _ body: (Int?) async throws -> Void) async throws {
        let (bound, continuation) = AsyncStream.makeStream(of: Int?.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = APIServer(api: api, door: door, logger: logger) { port in continuation.yield(port) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var ports = bound.makeAsyncIterator()
            let port = await ports.next() ?? nil
            do { try await body(port) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("the socket is its owner's alone, and a dead service's socket is replaced")
    func permissions() async throws {
        try await withSocket { directory in
            var status = stat()
            #expect(unsafe stat(directory + "/sluice.sock", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("a path longer than a socket's name may be works", arguments: [0, 8])
    func longPath(depth: Int) async throws {
        try await withSocket(depth: depth) { directory in
            let client = UnixSocketClient(directory: directory)
            let answer = try await client.send("GET", "/v1/status")
            #expect(answer.status == 200)
            #expect(try ViewCoding.decode(StatusView.self, from: Data(answer.body)).health == "ok")
        }
    }

    @Test("every route answers through the socket")
    func routes() async throws {
        try await withSocket { directory in
            let client = UnixSocketClient(directory: directory)
            for route in RouteTable.routes {
                // Of a job that is active, resuming is refused; see the tests of its routes.
                if route.pattern == "/v1/jobs/{id}/resume" { continue }
                let id = route.pattern.contains("jobs") ? "1" : "7"
                let path = route.pattern.replacing("{id}", with: id).replacing("{name}", with: "web")
                let query = path == "/v1/why" ? "?bucket=inbox&key=a" : ""
                let body =
                    switch path {
                    case "/v1/hints": #"{"hints":[{"bucket":"inbox","key":"a\\xff"}]}"#
                    case "/v1/deliveries:retry", "/v1/deliveries:cancel": #"{"ids":[1]}"#
                    case "/v1/jobs" where route.method == "POST", "/v1/jobs:plan": JobAPITests.specification
                    case "/v1/jobs/1/priority": #"{"priority":1}"#
                    default: ""
                    }
                let answer = try await client.send(route.method, path + query, body: Array(body.utf8))
                #expect((200..<300).contains(answer.status), "\(route.method) \(path): \(answer.status)")
            }
            #expect(operations.state.withLock { $0.hints } == [#"inbox:a\xff"#])
        }
    }

    @Test("a body that is no JSON by its own word is refused (trap S04)")
    func mediaType() async throws {
        try await withSocket { directory in
            let text =
                "POST /v1/hints HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
            let answer = try await RawHTTP.send(
                socket: directory + "/sluice.sock",
                text + "Connection: close\r\n\r\n{}"
            )
            #expect(answer.hasPrefix("HTTP/1.1 415"))
            #expect(answer.contains("api.unsupported-media-type"))
        }
    }

    @Test("a body beyond the limit is refused before it is kept")
    func largeBody() async throws {
        try await withSocket { directory in
            let client = UnixSocketClient(directory: directory)
            let body = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
            let answer = try await client.send("POST", "/v1/hints", body: body)
            #expect(answer.status == 413)
        }
    }

    @Test("over TCP each route asks for its permission, with every kind of caller (traps S03, S05)")
    func tcpMatrix() async throws {
        try await run(.tcp(host: "127.0.0.1", port: 0, token: Secret("right"), names: ["sluice.example"])) {
            port in
            let port = try #require(port)
            let callers: [(line: String, isKnown: Bool)] = [
                ("", false), ("Authorization: Bearer wrong\r\n", false),
                ("Authorization: Basic right\r\n", false),
                ("Authorization: Bearer right\r\n", true), ("authorization: bearer right\r\n", true),
            ]
            for route in RouteTable.routes {
                // Of a job that is active, resuming is refused; see the tests of its routes.
                if route.pattern == "/v1/jobs/{id}/resume" { continue }
                let id = route.pattern.contains("jobs") ? "1" : "7"
                let path = route.pattern.replacing("{id}", with: id).replacing("{name}", with: "web")
                for caller in callers {
                    let text = "\(route.method) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\n\(caller.line)"
                    let answer = try await RawHTTP.send(port: port, text + "Connection: close\r\n\r\n")
                    let isRefused = answer.hasPrefix("HTTP/1.1 401")
                    #expect(
                        isRefused == (!caller.isKnown && route.permission != .none),
                        "\(route.method) \(path) \(caller)"
                    )
                }
            }
        }
    }

    @Test(
        "a foreign Host or Origin is refused even with the token (trap S05)",
        arguments: [
            ("evil.example", "", 421), ("localhost", "Origin: https://evil.example\r\n", 403),
            ("sluice.example:1", "", 200),
            ("[::1]:8484", "", 200), ("127.0.0.1", "Origin: http://localhost:8484\r\n", 200),
            ("localhost", "Origin: null\r\n", 403),
        ]
    )
    func foreignNames(host: String, line: String, status: Int) async throws {
        try await run(.tcp(host: "127.0.0.1", port: 0, token: Secret("right"), names: ["sluice.example"])) {
            port in
            let text = "GET /v1/status HTTP/1.1\r\nHost: \(host)\r\n\(line)Authorization: Bearer right\r\n"
            let answer = try await RawHTTP.send(port: try #require(port), text + "Connection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(200))")
        }
    }

    @Test(
        "only the bearer of the token learns which paths there are (trap S03)",
        arguments: [
            ("GET /nowhere", "localhost", false, 401), ("GET /nowhere", "localhost", true, 404),
            ("GET /nowhere", "evil.example", true, 421), ("POST /v1/status", "localhost", false, 401),
            ("POST /v1/status", "localhost", true, 405), ("POST /healthz", "localhost", false, 401),
        ]
    )
    func unknownPaths(line: String, host: String, bears: Bool, status: Int) async throws {
        try await run(.tcp(host: "127.0.0.1", port: 0, token: Secret("right"), names: [])) { port in
            let token = bears ? "Authorization: Bearer right\r\n" : ""
            let text = "\(line) HTTP/1.1\r\nHost: \(host)\r\n\(token)Connection: close\r\n\r\n"
            let answer = try await RawHTTP.send(port: try #require(port), text)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(200))")
        }
    }

    @Test("the owner's socket takes a list that is a file of the machine, and TCP does not")
    func files() async throws {
        let body = JobAPITests.listed("/etc/shadow")
        try await withSocket { directory in
            let client = UnixSocketClient(directory: directory)
            let answer = try await client.send("POST", "/v1/jobs", body: Array(body.utf8))
            #expect(answer.status == 200)
        }
        try await run(.tcp(host: "127.0.0.1", port: 0, token: Secret("right"), names: [])) { port in
            let fields =
                "Host: localhost\r\nAuthorization: Bearer right\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
            let text = "POST /v1/jobs HTTP/1.1\r\n\(fields)\(body)"
            let answer = try await RawHTTP.send(port: try #require(port), text)
            #expect(answer.hasPrefix("HTTP/1.1 403"), "\(answer.prefix(200))")
        }
    }

    @Test("tokens are compared whole")
    func tokens() {
        #expect(AccessPolicy.isEqual(Array("abc".utf8), Array("abc".utf8)))
        for wrong in ["", "ab", "abcd", "abd", "abcabc"] {
            #expect(!AccessPolicy.isEqual(Array(wrong.utf8), Array("abc".utf8)))
        }
        #expect(!AccessPolicy.isEqual([], []))
    }

    @Test("without a service the client says so, with a hint")
    func notRunning() async throws {
        let directory = FileManager.default.temporaryDirectory.path
        let error = await #expect(throws: SluiceError.self) {
            _ = try await UnixSocketClient(directory: directory, name: "nobody-\(UUID()).sock").send(
                "GET",
                "/healthz"
            )
        }
        #expect(error?.code == .serviceNotRunning)
        #expect(error?.hint?.contains("sluice serve") == true)
    }
}
