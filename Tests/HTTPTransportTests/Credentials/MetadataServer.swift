internal import Execution
internal import Glibc
internal import Testing

@testable internal import HTTPTransport

/// A metadata service of a few lines on loopback, which insists on tokens; stops when it is let go.
final class MetadataServer: Sendable {
    private static let role = "/latest/meta-data/iam/security-credentials/"

    private let listener: Int32
    /// Where it listens.
    let endpoint: HTTPEndpoint

    /// Starts to listen, and to answer one connection after another.
    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        self.listener = listener
        endpoint = HTTPEndpoint(
            isTLS: false,
            host: "127.0.0.1",
            port: Int(UInt16(bigEndian: address.sin_port))
        )
        try NativeThread.start(name: "metadata") { Self.serve(listener) }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Until the listener is shut down.
    private static func serve(_ listener: Int32) {
        while true {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { break }
            var request: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
                let count = unsafe read(peer, &chunk, chunk.count)
                guard count > 0 else { break }
                request += chunk[..<count]
            }
            let (status, body) = answer(String(decoding: request, as: UTF8.self))
            let length = "Content-Length: \(body.utf8.count)"
            let text = "HTTP/1.1 \(status) X\r\nConnection: close\r\n\(length)\r\n\r\n\(body)"
            let bytes = Array(text.utf8)
            _ = unsafe write(peer, bytes, bytes.count)
            close(peer)
        }
        close(listener)
    }

    private static func answer(_ request: String) -> (status: Int, body: String) {
        let lower = request.lowercased()
        if request.hasPrefix("PUT /latest/api/token ") {
            let isAllowed = lower.contains("\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n")
            return isAllowed ? (200, "canary-imds") : (400, "")
        }
        guard lower.contains("\r\nx-aws-ec2-metadata-token: canary-imds\r\n") else { return (401, "") }
        if request.hasPrefix("GET \(role) ") { return (200, "web") }
        return request.hasPrefix("GET \(role)web ") ? (200, CredentialScene.json("IMDS")) : (404, "")
    }
}
