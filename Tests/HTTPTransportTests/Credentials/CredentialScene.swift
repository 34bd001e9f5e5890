internal import EventModel
internal import Synchronization
internal import TestSupport

@testable internal import HTTPTransport

/// Surroundings that a test owns: variables, files, and answers to requests.
final class CredentialScene: Sendable {
    private struct State {
        var files: [String: String] = [:]
        var answers: [String: Result<HTTPResponse, SluiceError>] = [:]
        var requests: [HTTPRequest] = []
        var directRequests: [HTTPRequest] = []
    }

    private let state = Mutex(State())
    let clock = ManualClock()

    /// Everything that was sent, in order: first through the proxy's way, then directly.
    var requests: [HTTPRequest] { state.withLock { $0.requests + $0.directRequests } }
    /// What was sent without a proxy.
    var directRequests: [HTTPRequest] { state.withLock { $0.directRequests } }

    /// Puts a file down.
    func write(_ text: String, to path: String) { state.withLock { $0.files[path] = text } }

    /// Answers `METHOD host/path` so from now on.
    func answer(_ what: String, _ body: String, status: Int = 200) {
        let response = HTTPResponse(status: status, body: Array(body.utf8))
        state.withLock { $0.answers[what] = .success(response) }
    }

    /// Nobody is there any more.
    func silence() { state.withLock { $0.answers = [:] } }

    /// The surroundings, with these variables.
    func surroundings(_ variables: [String: String]) -> CredentialSurroundings {
        CredentialSurroundings(
            variables: variables,
            readFile: { path throws(SluiceError) in
                self.state.withLock { $0.files[path] }.map { Array($0.utf8) }
            },
            send: { request throws(SluiceError) in try self.reply(request, isDirect: false) },
            sendDirectly: { request throws(SluiceError) in try self.reply(request, isDirect: true) },
            now: { self.clock.now }
        )
    }

    private func reply(_ request: HTTPRequest, isDirect: Bool) throws(SluiceError) -> HTTPResponse {
        let answer = state.withLock { state in
            if isDirect { state.directRequests.append(request) } else { state.requests.append(request) }
            return state.answers["\(request.method) \(request.endpoint.authority)\(request.path)"]
        }
        guard let answer else {
            throw SluiceError(
                SluiceError.Code("test.nobody", .outage),
                "Nobody is at \(request.endpoint.host)."
            )
        }
        return try answer.get()
    }

    /// The credentials of the whole chain.
    func load(_ variables: [String: String], profile: String? = nil) throws(SluiceError) -> Credentials? {
        try CredentialChain(surroundings(variables), profile: profile, time: clock).credentialsHere()
    }

    /// What metadata services write; expires an hour after the clock's beginning.
    static func json(_ key: String, expires: String = "2026-10-01T01:00:00Z") -> String {
        """
        {"Code": "Success", "LastUpdated": "2026-10-01T00:00:00Z", "AccessKeyId": "\(key)",
         "SecretAccessKey": "canary-secret", "Token": "canary-token", "Expiration": "\(expires)"}
        """
    }

    /// What STS writes.
    static func xml(_ action: String, _ key: String) -> String {
        """
        <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
        <AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>canary-secret</SecretAccessKey>
        <SessionToken>canary-token</SessionToken><Expiration>2026-10-01T01:00:00.500Z</Expiration>
        </Credentials></\(action)Result></\(action)Response>
        """
    }
}
