internal import EventModel
internal import Execution
internal import Glibc

/// A client of plain sockets that takes an answer as it comes, broken or not.
struct PlainClient: Sendable {
    let port: Int

    /// What came before the connection ended.
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
        /// The connection was reset, not closed.
        let wasReset: Bool

        var text: String { String(decoding: body, as: UTF8.self) }
        /// As many bytes came as Content-Length said.
        var isWhole: Bool { headers["content-length"].flatMap { Int($0) } == body.count }
    }

    /// Sends one request on a connection of its own and reads to the end.
    func send(
        _ method: String,
        _ target: String,
        _ headers: [String: String] = [:],
        body: [UInt8] = []
    ) async -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
        let bytes = Array((text + "\r\n").utf8) + body
        return await withCheckedContinuation { continuation in
            do throws(SluiceError) {
                try NativeThread.start(name: "client", stackBytes: NativeThread.smallStackBytes) {
                    continuation.resume(returning: exchange(bytes))
                }
            } catch {
                preconditionFailure("No thread for the client: \(error)")
            }
        }
    }

    private func exchange(_ bytes: [UInt8]) -> Answer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, unsafe Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
            return Answer(status: 0, headers: [:], body: [], wasReset: true)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return Self.parse(answer, wasReset: count < 0) }
            answer += chunk[..<count]
        }
    }

    private static func parse(_ bytes: [UInt8], wasReset: Bool) -> Answer {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return Answer(status: 0, headers: [:], body: bytes, wasReset: wasReset)
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let words = lines.first?.split(separator: " ") ?? []
        return Answer(
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0,
            headers: headers,
            body: Array(bytes[end.upperBound...]),
            wasReset: wasReset
        )
    }
}
