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

    @Test(
        "a URL with a path and parameters is a request for them",
        arguments: [
            ("http://a", "http://a", "/", "/"), ("http://a/", "http://a", "/", "/"),
            ("https://A:90/b/c%20d?x=1&y=%2F+&z&&=q", "https://a:90", "/b/c%20d",
             "/b/c%20d?x=1&y=%2F%2B&z=&=q"),
            ("http://[::1]:8/b//..?", "http://[::1]:8", "/b//..", "/b//.."),
            ("http://a?x=http://b/c", "http://a", "/", "/?x=http%3A%2F%2Fb%2Fc"),
            ("http://a/%zz?x=%zz", "http://a", "/%zz", "/%zz?x=%25zz"),
        ]
    )
    func request(url: String, endpoint: String, path: String, target: String) throws {
        let request = try #require(HTTPRequest(url: url))
        #expect(request.endpoint.url == endpoint && request.path == path && request.target == target)
    }

    @Test(
        "and one that does not begin so, or has a fragment, is none",
        arguments: [
            "", "a", "/b", "://a/b", "ftp://a/b", "http:///b", "http://u@a/b", "http://a:0/b", "http://a/b#c",
        ]
    )
    func noRequest(url: String) { #expect(HTTPRequest(url: url) == nil) }

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
