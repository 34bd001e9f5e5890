internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Testing

/// What becomes of requests that wait for a free connection, and of those that a proxy refuses.
@Suite(.timeLimit(.minutes(1))) struct HTTPWaitingTests {
    /// Lets requests be answered one after the other.
    private final class Gate: Sendable {
        private let state = Monitor((arrived: [String](), opened: 0, passed: 0))

        /// A server whose answers pass this gate.
        func server() throws -> ScriptedServer {
            try ScriptedServer { [state] request, peer in
                state.withLock { $0.arrived.append(request.target) }
                state.wakeAll()
                state.wait { state -> Void? in
                    guard state.passed < state.opened else { return nil }
                    state.passed += 1
                    return ()
                }
                return peer.answer()
            }
        }

        func open(_ count: Int) {
            state.withLock { $0.opened += count }
            state.wakeAll()
        }

        /// The targets in the order of their arrival, once there are so many.
        func arrivals(_ count: Int) -> [String] {
            state.wait { $0.arrived.count >= count ? $0.arrived : nil }
        }
    }

    private static func get(_ server: ScriptedServer, _ path: String) -> HTTPRequest {
        HTTPRequest(endpoint: server.endpoint, path: path)
    }

    @Test("a request's time goes on while it waits for a free connection")
    func late() async throws {
        let gate = Gate()
        let server = try gate.server()
        let client = try HTTPClient(HTTPClient.Options(proxy: "", connectionsPerHost: 1))
        let first = client.start(Self.get(server, "/first")) { _ in }
        try await onThread { _ = gate.arrivals(1) }
        var patient = Self.get(server, "/patient")
        patient.timeout = .seconds(50)
        let last = client.start(patient) { _ in }
        var hasty = Self.get(server, "/hasty")
        hasty.timeout = .milliseconds(30)
        let error = await #expect(throws: SluiceError.self) { try await client.send(hasty) }
        #expect(error?.code == .transportTimeout)
        gate.open(2)
        try await onThread {
            try #expect(first.waitHere().status == 200)
            try #expect(last.waitHere().status == 200)
        }
        #expect(server.requests.map(\.target) == ["/first", "/patient"])
    }

    @Test("an endpoint with many requests leaves places to another")
    func fair() async throws {
        let (busy, other) = (Gate(), Gate())
        let servers = (try busy.server(), try other.server())
        let client = try HTTPClient(
            HTTPClient.Options(proxy: "", connectionsPerHost: 8, maxConnections: 2)
        )
        var calls = (0..<6).map { client.start(Self.get(servers.0, "/\($0)")) { _ in } }
        try await onThread { _ = busy.arrivals(2) }
        calls.append(client.start(Self.get(servers.1, "/")) { _ in })
        busy.open(1)
        // Four of the busy one waited before it.
        try await onThread { #expect(other.arrivals(1) == ["/"]) }
        #expect(servers.0.requests.count == 2)
        busy.open(5)
        other.open(1)
        let all = calls
        try await onThread { for call in all { try #expect(call.waitHere().status == 200) } }
        #expect(servers.0.requests.map(\.target).sorted() == (0..<6).map { "/\($0)" })
    }

    @Test("a proxy that wants a password is an outage with a hint", arguments: [false, true])
    func proxy(isTLS: Bool) async throws {
        let server = try ScriptedServer { _, peer in peer.answer(407) }
        let client = try HTTPClient(HTTPClient.Options(proxy: server.endpoint.url))
        let far = HTTPEndpoint(isTLS: isTLS, host: "far.invalid", port: 81)
        let error = await #expect(throws: SluiceError.self) {
            try await client.send(HTTPRequest(endpoint: far))
        }
        #expect(error?.code == .transportProxy && error?.code.blame == .outage)
        #expect(error?.hint?.contains("password") == true)
        #expect(server.requests.first?.line.hasPrefix(isTLS ? "CONNECT far.invalid:81" : "GET http:") == true)
    }

    @Test("a proxy that does not let a host through is an outage as well")
    func forbidden() async throws {
        let server = try ScriptedServer { _, peer in peer.answer(403) }
        let client = try HTTPClient(HTTPClient.Options(proxy: server.endpoint.url))
        let far = HTTPEndpoint(isTLS: true, host: "far.invalid", port: 81)
        let error = await #expect(throws: SluiceError.self) {
            try await client.send(HTTPRequest(endpoint: far))
        }
        #expect(error?.code == .transportProxy)
    }

    @Test("long polls, however many, keep no connection from other requests to the same server")
    func longPolls() async throws {
        let polls = Monitor(0)
        let server = try ScriptedServer { request, peer in
            guard request.target == "/poll" else { return peer.answer(200, [1]) }
            polls.withLock { $0 += 1 }
            polls.wakeAll()
            peer.waitForEnd()
            return false
        }
        let options = HTTPClient.Options(
            proxy: "",
            connectionsPerHost: 2,
            maxConnections: 2,
            maxLongPolls: 5
        )
        let client = try HTTPClient(options)
        var poll = HTTPRequest(endpoint: server.endpoint, path: "/poll")
        poll.isLongPoll = true
        let calls = (0..<6).map { _ in client.start(poll) { _ in } }
        try await onThread { _ = polls.wait { $0 >= 5 ? true : nil } }
        for _ in 0..<3 {
            #expect(try await client.send(HTTPRequest(endpoint: server.endpoint)).body == [1])
        }
        #expect(polls.withLock { $0 } == 5, "the sixth waits for one of its kind")
        for call in calls { call.cancel() }
    }
}
