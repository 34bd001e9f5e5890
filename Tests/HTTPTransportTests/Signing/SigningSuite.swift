internal import EventModel
internal import Foundation
internal import Testing

@testable internal import HTTPTransport

/// `fixtures/signature-v4/aws-c-auth.json`, which names its source.
struct SigningSuite: Decodable {
    /// A request and its signatures.
    struct Case: Decodable {
        let name: String
        let request: String
        let token: String?
        let omitToken: Bool
        let normalize: Bool
        let signBody: Bool
        let headerSignature: String
        let querySignature: String
    }

    let accessKey: String
    let secretKey: String
    let region: String
    let service: String
    let time: Int64
    let expires: Int64
    let cases: [Case]

    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Reads the suite.
    static func load() throws -> SigningSuite {
        let file = root.appendingPathComponent("fixtures/signature-v4/aws-c-auth.json")
        return try JSONDecoder().decode(SigningSuite.self, from: Data(contentsOf: file))
    }
}

extension SigningSuite.Case {
    /// The request's text as a value.
    ///
    /// In the suite, paths stand before they are encoded for sending, but a path that is kept has to be
    /// encoded.
    func parsed() throws -> HTTPRequest {
        let parts = request.components(separatedBy: "\n\n")
        var lines = try #require(parts.first).components(separatedBy: "\n").filter { !$0.isEmpty }
        let words = lines.removeFirst().components(separatedBy: " ")
        let target = words.dropFirst().dropLast().joined(separator: " ")
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(try #require(halves.first))
        var result = HTTPRequest(
            method: try #require(words.first),
            endpoint: HTTPEndpoint(isTLS: true, host: "example.amazonaws.com", port: 443),
            path: normalize ? path : HTTPRequest.encode(path.utf8, keepingSlash: true),
            body: parts.count > 1 ? Array(parts[1].utf8) : []
        )
        for pair in halves.dropFirst().first?.split(separator: "&") ?? [] {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = try sides.map { try #require(String($0).removingPercentEncoding) }
            result.query.append(HTTPField(name: texts[0], value: texts.count > 1 ? texts[1] : ""))
        }
        for line in lines {
            if line.hasPrefix(" ") {
                let last = result.headers.removeLast()
                result.headers.append(HTTPField(name: last.name, value: last.value + "\n" + line))
                continue
            }
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = sides[0].lowercased()
            if name != "host" { result.headers.append(HTTPField(name: name, value: String(sides[1]))) }
        }
        return result
    }
}
