internal import EventModel
internal import Foundation
internal import Glibc
internal import HTTPTransport
internal import Testing

/// Against `openssl s_server`, which answers each GET with a page about the connection.
@Suite(.serialized) struct TLSTests {
    /// A server with a certificate that it signed itself, for `127.0.0.1` only.
    private final class Server {
        let folder: URL
        let port: Int
        private let process = Process()

        var caFile: String { folder.appendingPathComponent("cert.pem").path }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-tls-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let make = Process()
            make.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            make.currentDirectoryURL = folder
            make.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "3650",
                "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out",
                "cert.pem",
            ]
            make.standardError = FileHandle.nullDevice
            try make.run()
            make.waitUntilExit()
            let output = Pipe()
            process.executableURL = make.executableURL
            process.currentDirectoryURL = folder
            process.arguments = [
                "s_server", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "cert.pem", "-www",
            ]
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            process.standardInput = Pipe()
            try process.run()
            // "ACCEPT 127.0.0.1:41234"
            var text = ""
            var found: Int?
            while found == nil {
                let data = output.fileHandleForReading.availableData
                if data.isEmpty { break }
                text += String(decoding: data, as: UTF8.self)
                guard let start = text.range(of: "ACCEPT 127.0.0.1:") else { continue }
                let rest = text[start.upperBound...]
                if rest.contains("\n") { found = Int(rest.prefix { $0.isNumber }) }
            }
            port = try #require(found)
        }

        deinit {
            // Threads of the pool block signals, and the program has inherited that.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }

        func request(_ host: String = "127.0.0.1") -> HTTPRequest {
            HTTPRequest(endpoint: HTTPEndpoint(isTLS: true, host: host, port: port))
        }
    }

    @Test(
        "a certificate that nobody vouches for is refused; its authority or the switch takes it"
    )
    func authority() async throws {
        let server = try Server()
        let strict = try HTTPClient(HTTPClient.Options(proxy: ""))
        let error = await #expect(throws: SluiceError.self) { _ = try await strict.send(server.request()) }
        #expect(error?.code == .transportTLS)
        #expect(error?.hint?.contains("ca_file") == true)
        let trusting = try HTTPClient(HTTPClient.Options(caFile: server.caFile, proxy: ""))
        #expect(try await trusting.send(server.request()).status == 200)
        let blind = try HTTPClient(HTTPClient.Options(skipsVerification: true, proxy: ""))
        #expect(try await blind.send(server.request()).status == 200)
    }

    @Test("a certificate for another host is refused")
    func host() async throws {
        let server = try Server()
        let trusting = try HTTPClient(HTTPClient.Options(caFile: server.caFile, proxy: ""))
        let error = await #expect(throws: SluiceError.self) {
            _ = try await trusting.send(server.request("localhost"))
        }
        #expect(error?.code == .transportTLS)
    }

    @Test("a server that speaks no TLS, and a missing file of authorities, are named")
    func surroundings() async throws {
        let server = try ScriptedServer { _, peer in peer.answer() }
        let client = try HTTPClient(HTTPClient.Options(stallTimeout: .seconds(2), proxy: ""))
        let endpoint = HTTPEndpoint(isTLS: true, host: "127.0.0.1", port: server.endpoint.port)
        let request = HTTPRequest(endpoint: endpoint, timeout: .milliseconds(300))
        await #expect(throws: SluiceError.self) { _ = try await client.send(request) }
        let error = #expect(throws: SluiceError.self) {
            _ = try HTTPClient(HTTPClient.Options(caFile: "/nowhere/ca.pem"))
        }
        #expect(error?.code == .transportTLS)
    }
}
