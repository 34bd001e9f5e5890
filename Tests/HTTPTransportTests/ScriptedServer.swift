internal import Execution
internal import Foundation
internal import Glibc
internal import HTTPTransport
internal import Synchronization
internal import Testing

/// An HTTP server on loopback: real sockets, a thread for each connection, answers written by the test.
///
/// Ends with the object: every connection is shut down, and threads end by themselves.
final class ScriptedServer: Sendable {
    /// One request as it arrived.
    struct Request: Sendable {
        /// The request line and the headers, without the empty line.
        let head: String
        /// The body, as long as `Content-Length` says.
        let body: [UInt8]

        /// `GET /path`.
        var line: String { head.split(separator: "\r\n").first.map(String.init) ?? "" }
        /// The path with its query.
        var target: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    }

    /// One connection, for the script.
    struct Peer: Sendable {
        let descriptor: Int32

        /// Sends bytes; false when the client is gone.
        @discardableResult func send(_ bytes: [UInt8]) -> Bool {
            var offset = 0
            while offset < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { bytes in
                    unsafe Glibc.send(
                        descriptor,
                        bytes.baseAddress?.advanced(by: offset),
                        bytes.count - offset,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard count > 0 else { return false }
                offset += count
            }
            return true
        }

        /// Sends text.
        @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// Sends a whole answer.
        @discardableResult func answer(_ status: Int = 200, _ body: [UInt8] = []) -> Bool {
            send("HTTP/1.1 \(status) Word\r\nContent-Length: \(body.count)\r\nX-Kind: test\r\n\r\n")
                && send(body)
        }

        /// Waits until the client hangs up.
        func waitForEnd() {
            var byte: UInt8 = 0
            while unsafe recv(descriptor, &byte, 1, 0) > 0 {}
        }

        /// Makes closing the connection a reset (socket(7), SO_LINGER).
        func resetOnClose() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_LINGER,
                &linger,
                socklen_t(MemoryLayout<Glibc.linger>.size)
            )
        }
    }

    private struct State {
        var open: Set<Int32> = []
        var connectionCount = 0
        var requests: [Request] = []
    }

    /// Where it listens.
    let endpoint: HTTPEndpoint
    private let listener: Int32
    private let state: Mutex<State>

    /// Connections that were ever made.
    var connectionCount: Int { state.withLock { $0.connectionCount } }
    /// Requests in the order of their arrival.
    var requests: [Request] { state.withLock { $0.requests } }

    /// Answers each request with `script`, which returns whether the connection stays open.
    init(_ script: @escaping @Sendable (Request, Peer) -> Bool) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = unsafe withUnsafeMutablePointer(to: &address) { pointer -> UInt16? in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                guard unsafe bind(listener, $0, length) == 0, listen(listener, 512) == 0 else { return nil }
                return unsafe getsockname(listener, $0, &length) == 0 ? 0 : nil
            }
        }
        _ = try #require(port)
        endpoint = HTTPEndpoint(
            isTLS: false,
            host: "127.0.0.1",
            port: Int(UInt16(bigEndian: address.sin_port))
        )
        state = Mutex(State())
        try NativeThread.start(name: "server") { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                guard let self else {
                    close(descriptor)
                    break
                }
                self.serve(descriptor, script)
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.withLock({ $0.open }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func serve(_ descriptor: Int32, _ script: @escaping @Sendable (Request, Peer) -> Bool) {
        state.withLock {
            $0.open.insert(descriptor)
            $0.connectionCount += 1
        }
        let body: @Sendable () -> Void = { [weak self] in
            var pending: [UInt8] = []
            while let request = Self.read(descriptor, &pending) {
                self?.state.withLock { $0.requests.append(request) }
                guard script(request, Peer(descriptor: descriptor)) else { break }
            }
            self?.state.withLock { _ = $0.open.remove(descriptor) }
            close(descriptor)
        }
        do {
            try NativeThread.start(name: "peer", stackBytes: NativeThread.smallStackBytes, body)
        } catch {
            close(descriptor)
        }
    }

    /// Reads one request; nil when the client has hung up.
    private static func read(_ descriptor: Int32, _ pending: inout [UInt8]) -> Request? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let end = Array("\r\n\r\n".utf8)
        var headLength: Int?
        var length = 0
        while true {
            if headLength == nil, let range = pending.firstRange(of: end) {
                headLength = range.upperBound
                let head = String(decoding: pending[..<range.lowerBound], as: UTF8.self).lowercased()
                for line in head.split(separator: "\r\n") where line.hasPrefix("content-length: ") {
                    length = Int(line.dropFirst(16)) ?? 0
                }
            }
            if let headLength, pending.count >= headLength + length {
                let head = String(decoding: pending[..<(headLength - 4)], as: UTF8.self)
                let body = Array(pending[headLength..<(headLength + length)])
                pending.removeFirst(headLength + length)
                return Request(head: head, body: body)
            }
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            pending.append(contentsOf: chunk[..<count])
        }
    }
}
