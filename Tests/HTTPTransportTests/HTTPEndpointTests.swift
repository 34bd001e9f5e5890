internal import HTTPTransport
internal import Testing

@Suite struct HTTPEndpointTests {
    @Test(
        "a URL of scheme, host and port is an endpoint",
        arguments: [
            ("http://a.example", "a.example", 80, "a.example"),
            ("HTTPS://A.example/", "a.example", 443, "a.example"),
            ("https://a:80", "a", 80, "a:80"),
            ("http://127.0.0.1:9000/", "127.0.0.1", 9000, "127.0.0.1:9000"),
            ("http://[::1]:81", "::1", 81, "[::1]:81"), ("https://[fe80::1]", "fe80::1", 443, "[fe80::1]"),
        ]
    )
    func valid(url: String, host: String, port: Int, authority: String) throws {
        let endpoint = try #require(HTTPEndpoint(url: url))
        #expect(endpoint.host == host && endpoint.port == port && endpoint.authority == authority)
        #expect(endpoint.isTLS == url.lowercased().hasPrefix("https"))
        #expect(HTTPEndpoint(url: endpoint.url) == endpoint)
    }

    @Test(
        "anything else is not",
        arguments: [
            "", "a", "ftp://a", "http://", "http://a/b", "http://a?b", "http://u@a", "http://a:",
            "http://a:0",
            "http://a:65536", "http://a:+1", "http://a:1:2", "http://[::1", "http://[g]", "http://[::1]x",
            "http://a b",
            "http://a\r\nb",
        ]
    )
    func invalid(url: String) { #expect(HTTPEndpoint(url: url) == nil) }

    @Test("all bytes but the unreserved are percent-encoded")
    func encode() {
        let all = (UInt8.min...UInt8.max).filter { HTTPRequest.encode([$0], keepingSlash: false).count == 1 }
        #expect(
            String(decoding: all, as: UTF8.self)
                == "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"
        )
        #expect(HTTPRequest.encode("a/ü".utf8, keepingSlash: true) == "a/%C3%BC")
        #expect(HTTPRequest.encode("a/".utf8, keepingSlash: false) == "a%2F")
    }
}
