internal import Glibc

/// One connection's socket.
struct FaultyS3Socket: Sendable {
    let descriptor: Int32
    /// POLLRDHUP of poll(2), which Glibc's module does not show.
    fileprivate static let goneAway: Int16 = 0x2000

    /// Listens on a free port of 127.0.0.1; returns the socket and the port.
    static func listen() -> (listener: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let bound = unsafe bind(listener, address, length) == 0 && Glibc.listen(listener, 512) == 0
                return unsafe bound && getsockname(listener, address, &length) == 0
            }
        }
        precondition(isBound, "The faulty server could not listen.")
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// The next connection, or nil when the listener was shut down.
    static func accept(_ listener: Int32) -> Int32? {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                var yes: Int32 = 1
                unsafe setsockopt(
                    descriptor,
                    Int32(IPPROTO_TCP),
                    TCP_NODELAY,
                    &yes,
                    socklen_t(MemoryLayout<Int32>.size)
                )
                return descriptor
            }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    /// Reads some bytes onto the end of a buffer; false at the end of the stream.
    func receive(into buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    /// Sends bytes whole; false when the other side is gone.
    func send(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { rest in
                unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends an answer as its delivery says; false when the connection is not to be used any more.
    func send(head: [UInt8], _ body: [UInt8], _ delivery: FaultyS3Response.Delivery) -> Bool {
        switch delivery {
        case .whole: return send((head + body)[...])
        case .cut(let count):
            _ = send((head + body.prefix(count))[...])
            return false
        case .reset(let count):
            if count >= 0 {
                _ = send((head + body.prefix(count))[...])
                drainOutput()
            }
            resetOnClose()
            return false
        case .drip(let size, let milliseconds):
            guard send(head[...]) else { return false }
            var rest = body[...]
            while !rest.isEmpty {
                guard send(rest.prefix(size)), pause(milliseconds) else { return false }
                rest = rest.dropFirst(size)
            }
            return true
        case .silence:
            var ignored: [UInt8] = []
            while receive(into: &ignored) { ignored = [] }
            return false
        }
    }

    /// Waits, but not longer than the other side is there; false when it is gone.
    private func pause(_ milliseconds: Int) -> Bool {
        var watched = pollfd(descriptor: descriptor)
        let found = unsafe poll(&watched, 1, Int32(milliseconds))
        return found == 0 || watched.revents & (Self.goneAway | Int16(POLLHUP | POLLERR)) == 0
    }

    /// Lets what was sent reach the other side: a reset throws away what waits (tcp(7), SIOCOUTQ).
    private func drainOutput() {
        var waiting: Int32 = 1
        // TIOCOUTQ is the same number as SIOCOUTQ.
        while unsafe ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0, waiting > 0 {
            guard pause(1) else { return }
        }
    }

    /// Makes close(2) send a reset: lingering for no time (socket(7)).
    private func resetOnClose() {
        var none = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_LINGER,
            &none,
            socklen_t(MemoryLayout<linger>.size)
        )
    }
}

extension pollfd {
    /// Watches for the other side's going.
    fileprivate init(descriptor: Int32) {
        self.init(fd: descriptor, events: FaultyS3Socket.goneAway, revents: 0)
    }
}

/// Reads requests off a connection, one after another.
struct FaultyS3Reader {
    private static let headLimit = 64 << 10
    private static let bodyLimit = 1 << 30

    let socket: FaultyS3Socket
    private var buffer: [UInt8] = []

    init(socket: FaultyS3Socket) { self.socket = socket }

    /// The next request, or nil when the connection ended or what came is no HTTP.
    mutating func next() -> FaultyS3Request? {
        let end = Array("\r\n\r\n".utf8)
        var searched = 0
        while true {
            if let range = buffer[max(0, searched - 3)...].firstRange(of: end) {
                let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return body(of: head).flatMap { FaultyS3Request(head: head, body: $0) }
            }
            searched = buffer.count
            guard buffer.count < Self.headLimit, socket.receive(into: &buffer) else { return nil }
        }
    }

    private mutating func body(of head: String) -> [UInt8]? {
        let fields = FaultyS3Request(head: head, body: [])?.headers ?? [:]
        let count = Int(fields["content-length"] ?? "0") ?? 0
        guard fields["transfer-encoding"] == nil, count <= Self.bodyLimit else { return nil }
        if count > 0, fields["expect"]?.lowercased() == "100-continue" {
            guard socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...]) else { return nil }
        }
        while buffer.count < count { guard socket.receive(into: &buffer) else { return nil } }
        defer { buffer.removeSubrange(..<count) }
        return Array(buffer[..<count])
    }
}
