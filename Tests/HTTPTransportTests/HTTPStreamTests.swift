internal import EventModel
internal import Execution
internal import HTTPTransport
internal import Synchronization
internal import Testing

@Suite struct HTTPStreamTests {
    private let client: HTTPClient

    init() throws { client = try HTTPClient(HTTPClient.Options(proxy: "")) }

    /// Reads up to `count` bytes.
    private static func read(_ stream: HTTPStream, _ count: Int) throws -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { unsafe memory.deallocate() }
        var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
        try stream.read(into: &span)
        return unsafe Array(memory.prefix(span.byteCount))
    }

    @Test(
        "a stream gives its bytes in order, for small and large windows",
        arguments: [1, 10_000, 300_000, 4 << 20]
    )
    func order(window: Int) async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let server = try ScriptedServer { _, peer in peer.answer(200, body) }
        let stream = try await client.open(HTTPRequest(endpoint: server.endpoint), window: window)
        #expect(stream.status == 200 && stream.header("content-length") == "3000000")
        let got = try await onThread {
            var got: [UInt8] = []
            while true {
                let piece = try Self.read(stream, 77_777)
                guard !piece.isEmpty else { break }
                got += piece
            }
            try #expect(Self.read(stream, 10).isEmpty)
            return got
        }
        #expect(got == body)
    }

    @Test("a reader who does not read stops the server, and reading lets it go on")
    func pressure() async throws {
        let sent = Atomic<Int>(0)
        let total = 200 << 20
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 9, count: 1 << 20)
            while sent.load(ordering: .relaxed) < total, peer.send(piece) {
                sent.add(piece.count, ordering: .relaxed)
            }
            return true
        }
        let stream = try await client.open(HTTPRequest(endpoint: server.endpoint), window: 1 << 20)
        let sum = try await onThread {
            var sum = 0
            while true {
                let piece = try Self.read(stream, 1 << 20)
                guard !piece.isEmpty else { return sum }
                sum += piece.count
                // Sockets and libcurl hold some; the window one MiB. Nobody reads ahead further than that.
                #expect(sent.load(ordering: .relaxed) - sum < 32 << 20)
            }
        }
        #expect(sum == total)
    }

    @Test("a slow drip arrives byte by byte")
    func drip() async throws {
        let turn = Monitor(0)
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
            for index in 0..<50 {
                _ = turn.wait { $0 >= index ? true : nil }
                peer.send([UInt8(index)])
            }
            return true
        }
        let stream = try await client.open(HTTPRequest(endpoint: server.endpoint))
        try await onThread {
            for index in 0..<50 {
                try #expect(Self.read(stream, 100) == [UInt8(index)])
                turn.withLock { $0 = index + 1 }
                turn.wakeAll()
            }
            try #expect(Self.read(stream, 100).isEmpty)
        }
    }

    @Test("bytes before a break are read, then the break is an error, again and again")
    func truncated() async throws {
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
            return false
        }
        let stream = try await client.open(HTTPRequest(endpoint: server.endpoint))
        try await onThread {
            try #expect(Self.read(stream, 100) == Array("abc".utf8))
            for _ in 0..<2 {
                let error = #expect(throws: SluiceError.self) { try Self.read(stream, 100) }
                #expect(error?.code == .transportTruncated)
            }
        }
    }

    @Test("a stream is cancelled in the middle, by hand, by being dropped, or with its client")
    func cancelled() async throws {
        let ended = Monitor(0)
        let server = try ScriptedServer { _, peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc")
            peer.waitForEnd()
            ended.withLock { $0 += 1 }
            ended.wakeAll()
            return false
        }
        let request = HTTPRequest(endpoint: server.endpoint)
        let stream = try await client.open(request)
        try await onThread { try #expect(Self.read(stream, 100).count == 3) }
        stream.cancel()
        #expect(throws: SluiceError.self) { try stream.collect(limit: 10) }
        try await onThread { _ = ended.wait { $0 >= 1 ? true : nil } }
        _ = try await client.open(request)
        try await onThread { _ = ended.wait { $0 >= 2 ? true : nil } }
        var short: HTTPClient? = try HTTPClient(HTTPClient.Options(proxy: ""))
        let orphan = try #require(try await short?.open(request))
        short = nil
        let error = await #expect(throws: SluiceError.self) {
            try await onThread { try orphan.collect(limit: 10) }
        }
        #expect(error?.code == .transportCancelled)
    }

    @Test("collecting stops at the limit; a body of nothing is collected too")
    func collect() async throws {
        let server = try ScriptedServer { request, peer in
            peer.answer(200, [UInt8](repeating: 1, count: Int(request.target.dropFirst()) ?? 0))
        }
        let client = client
        try await onThread {
            for (count, limit) in [(0, 0), (10, 10), (1_000_000, 1_000_000)] {
                let stream = try client.openHere(HTTPRequest(endpoint: server.endpoint, path: "/\(count)"))
                try #expect(stream.collect(limit: limit).count == count)
            }
            let stream = try client.openHere(HTTPRequest(endpoint: server.endpoint, path: "/11"))
            let error = #expect(throws: SluiceError.self) { try stream.collect(limit: 10) }
            #expect(error?.code == .transportTooLarge)
        }
    }

    @Test("a reader who takes longer than a transfer may stand still does not break it")
    func patience() async throws {
        let body = [UInt8](repeating: 5, count: 40 << 20)
        let server = try ScriptedServer { request, peer in
            if request.target == "/big" { return peer.answer(200, body) }
            peer.waitForEnd()
            return false
        }
        let client = try HTTPClient(HTTPClient.Options(stallTimeout: .seconds(1), proxy: ""))
        let big = HTTPRequest(endpoint: server.endpoint, path: "/big")
        let stream = try await client.open(big, window: 1 << 20)
        // Requests that stand still measure the time.
        for _ in 0..<2 {
            let error = await #expect(throws: SluiceError.self) {
                _ = try await client.send(HTTPRequest(endpoint: server.endpoint, path: "/silent"))
            }
            #expect(error?.code == .transportTimeout)
        }
        let count = try await onThread { try stream.collect(limit: 64 << 20).count }
        #expect(count == body.count)
    }

    @Test("streams that nobody reads on keep no other request waiting", .timeLimit(.minutes(1)))
    func apart() async throws {
        let body = [UInt8](repeating: 5, count: 16 << 20)
        let server = try ScriptedServer { request, peer in
            request.line.hasPrefix("PUT") ? peer.answer() : peer.answer(200, body)
        }
        let small = try HTTPClient(HTTPClient.Options(proxy: "", connectionsPerHost: 2, maxConnections: 2))
        let get = HTTPRequest(endpoint: server.endpoint)
        let streams = [try await small.open(get, window: 4096), try await small.open(get, window: 4096)]
        for _ in 0..<3 {
            let put = HTTPRequest(method: "PUT", endpoint: server.endpoint, body: [1])
            try await #expect(small.send(put).status == 200)
        }
        // A third stream waits for one of them.
        async let third = small.open(get)
        streams[0].cancel()
        try await #expect(third.status == 200)
        _ = streams
    }

    @Test("opening what nobody serves throws at once")
    func refused() async throws {
        let nobody = HTTPRequest(endpoint: HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: 1))
        let error = await #expect(throws: SluiceError.self) { _ = try await client.open(nobody) }
        #expect(error?.code == .transportUnreachable)
    }
}
