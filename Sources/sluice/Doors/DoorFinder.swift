internal import ControlPlane
internal import Daemon
internal import EventModel
internal import Foundation
internal import HTTPTransport

/// Finds the way to the processing of a configuration.
enum DoorFinder {
    /// The running service, or the ledger itself while no service runs.
    static func door(to configuration: SluiceConfiguration) async throws(SluiceError) -> any Door {
        if StateDirectory.holder(of: configuration.state)?.purpose == .service {
            return try await service(at: configuration.state)
        }
        return try await LedgerDoor.open(configuration)
    }

    /// The running service; throws `service.not-running` when there is none.
    ///
    /// A service that has just begun holds the lock before it listens; this waits for it a little.
    static func service(at state: String) async throws(SluiceError) -> any Door {
        let client = UnixSocketClient(directory: state, name: StateDirectory.socketName)
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            do throws(SluiceError) {
                _ = try await client.send("GET", "/healthz", timeout: .seconds(10))
                return SocketDoor(client: client)
            } catch {
                let isStarting = StateDirectory.holder(of: state)?.purpose == .service
                guard error.code == .serviceNotRunning, isStarting, ContinuousClock.now < deadline else {
                    throw error
                }
            }
            do { try await Task.sleep(for: .milliseconds(20)) } catch {
                throw SluiceError(.cancelled, "The command was interrupted.")
            }
        }
    }
}

/// The ledger of a stopped service, behind the same API as the running one's.
struct LedgerDoor: Door {
    private let access: OfflineAccess
    private let api: API

    var isService: Bool { false }

    /// Locks the state directory and opens its ledger, for as long as this value lives.
    static func open(_ configuration: SluiceConfiguration) async throws(SluiceError) -> LedgerDoor {
        let access = try await OfflineAccess.open(configuration)
        return LedgerDoor(access: access, api: access.api)
    }

    func send(_ method: String, _ target: String, body: Data) async throws(SluiceError) -> APIResponse {
        await api.respond(
            to: APIRequest(method: method, target: target, body: body, isFromOwner: true)
        )
    }
}
