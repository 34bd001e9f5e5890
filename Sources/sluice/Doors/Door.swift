internal import ControlPlane
internal import EventModel
internal import Foundation
internal import HTTPTransport

/// The way to the processing: the running service's socket, or its ledger while no service runs.
protocol Door: Sendable {
    /// Whether a service runs behind it.
    var isService: Bool { get }
    /// Sends a request and returns the answer as it is.
    func send(_ method: String, _ target: String, body: Data) async throws(SluiceError) -> APIResponse
}

extension Door {
    /// Asks for a view.
    func get<View: Decodable>(
        _ type: View.Type,
        _ path: String,
        _ query: [String: String?] = [:]
    ) async throws(SluiceError) -> View {
        try await call(type, "GET", APIRequest.target(path, query), body: Data())
    }

    /// Changes something.
    func post<View: Decodable>(
        _ type: View.Type,
        _ path: String,
        _ body: (any Encodable & Sendable)? = nil
    ) async throws(SluiceError) -> View {
        var data = Data()
        if let body { data = try ViewCoding.encode(body) }
        return try await call(type, "POST", path, body: data)
    }

    private func call<View: Decodable>(
        _ type: View.Type,
        _ method: String,
        _ target: String,
        body: Data
    ) async throws(SluiceError) -> View {
        let answer = try await send(method, target, body: body)
        if answer.status < 400 { return try ViewCoding.decode(type, from: answer.body) }
        let failure = try ViewCoding.decode(ErrorView.self, from: answer.body)
        throw SluiceError(.init(failure.code, .usage), failure.message, hint: failure.hint)
    }
}

/// The running service.
struct SocketDoor: Door {
    /// Speaks through the state directory's socket.
    let client: UnixSocketClient

    var isService: Bool { true }

    func send(_ method: String, _ target: String, body: Data) async throws(SluiceError) -> APIResponse {
        let answer = try await client.send(method, target, body: Array(body))
        return APIResponse(status: answer.status, body: Data(answer.body))
    }
}
