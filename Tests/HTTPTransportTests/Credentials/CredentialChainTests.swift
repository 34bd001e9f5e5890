internal import EventModel
internal import Execution
internal import Synchronization
internal import TestSupport
internal import Testing

internal import HTTPTransport

/// A place whose answers a test decides.
private final class Place: CredentialSource {
    let name = "test"
    let loads = Mutex(0)
    let answer: Mutex<Result<Credentials?, SluiceError>>
    /// A load waits here while it is closed.
    let gate = Monitor(true)

    init(_ credentials: Credentials?) { answer = Mutex(.success(credentials)) }

    func load() throws(SluiceError) -> Credentials? {
        loads.withLock { $0 += 1 }
        _ = gate.wait { $0 ? true : nil }
        return try answer.withLock { $0 }.get()
    }
}

/// When the chain fetches, and what callers get meanwhile.
@Suite struct CredentialChainTests {
    private let clock = ManualClock()

    private func lent(_ key: String, for duration: Duration) -> Credentials {
        Credentials(accessKey: key, secretKey: Secret("s"), expires: clock.now.advanced(by: duration))
    }

    @Test("credentials are fetched once, and again five minutes before they expire")
    func refresh() async throws {
        let place = Place(lent("A", for: .seconds(3600)))
        let chain = CredentialChain(sources: [place], time: clock)
        #expect(try await chain.credentials()?.accessKey == "A")
        clock.advance(by: .seconds(3299))
        #expect(try chain.credentialsHere()?.accessKey == "A")
        #expect(place.loads.withLock { $0 } == 1)
        place.answer.withLock { $0 = .success(lent("B", for: .seconds(3600))) }
        clock.advance(by: .seconds(2))
        #expect(try await chain.credentials()?.accessKey == "B")
        #expect(place.loads.withLock { $0 } == 2)
    }

    @Test("while fetching fails, credentials are used until they expire, and asked for now and then")
    func staleWhileFailing() throws {
        let place = Place(lent("A", for: .seconds(400)))
        let chain = CredentialChain(sources: [place], time: clock)
        _ = try chain.credentialsHere()
        place.answer.withLock { $0 = .failure(SluiceError(.credentialsRefused, "No.")) }
        clock.advance(by: .seconds(200))
        for _ in 0..<5 { #expect(try chain.credentialsHere()?.accessKey == "A") }
        #expect(place.loads.withLock { $0 } == 2)
        clock.advance(by: .seconds(31))
        #expect(try chain.credentialsHere()?.accessKey == "A")
        #expect(place.loads.withLock { $0 } == 3)
        clock.advance(by: .seconds(170))
        let error = #expect(throws: SluiceError.self) { _ = try chain.credentialsHere() }
        #expect(error?.code == .credentialsRefused)
    }

    @Test("many callers at once make one fetch and all get its outcome", arguments: [true, false])
    func oneAtATime(succeeds: Bool) async throws {
        let place = Place(lent("A", for: .seconds(3600)))
        if !succeeds { place.answer.withLock { $0 = .failure(SluiceError(.credentialsRefused, "No.")) } }
        place.gate.withLock { $0 = false }
        let chain = CredentialChain(sources: [place], time: clock)
        let outcomes = await withTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do throws(SluiceError) {
                        let ask: @Sendable () throws(SluiceError) -> Credentials? = {
                            () throws(SluiceError) in
                            try chain.credentialsHere()
                        }
                        let pool = BlockingPool(name: "ask", limit: 1)
                        return try await number % 2 == 0
                            ? chain.credentials()?.accessKey ?? "none" : pool.run(ask)?.accessKey ?? "none"
                    } catch {
                        return error.code.name
                    }
                }
            }
            while place.loads.withLock({ $0 }) == 0 { await Task.yield() }
            place.gate.withLock { $0 = true }
            place.gate.wakeAll()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 == (succeeds ? "A" : "credentials.refused") })
        // A failure is not remembered: who comes after it asks anew.
        if succeeds { #expect(place.loads.withLock { $0 } == 1) }
    }

    @Test("a doubt fetches anew; who doubts right after a fetch means the ones before it")
    func invalidate() async throws {
        let place = Place(Credentials(accessKey: "A", secretKey: Secret("s")))
        let chain = CredentialChain(sources: [place], time: clock)
        _ = try chain.credentialsHere()
        await chain.invalidate()
        _ = try chain.credentialsHere()
        #expect(place.loads.withLock { $0 } == 1)
        clock.advance(by: .seconds(5))
        place.answer.withLock { $0 = .success(Credentials(accessKey: "B", secretKey: Secret("s"))) }
        chain.invalidateHere()
        #expect(try chain.credentialsHere()?.accessKey == "B")
        #expect(place.loads.withLock { $0 } == 2)
    }

    @Test("credentials that have expired already, and none at all, are errors and never anonymous")
    func none() throws {
        let expired = CredentialChain(sources: [Place(lent("A", for: .seconds(-1)))], time: clock)
        #expect(throws: SluiceError.self) { _ = try expired.credentialsHere() }
        let empty = CredentialChain(sources: [Place(nil), Place(nil)], time: clock)
        let error = #expect(throws: SluiceError.self) { _ = try empty.credentialsHere() }
        #expect(error?.code == .credentialsMissing && error?.hint?.contains("AWS_ACCESS_KEY_ID") == true)
    }

    @Test("credentials that were written down, and anonymous access, are what they are")
    func fixed() async throws {
        let value = Credentials(accessKey: "A", secretKey: Secret("canary-secret"))
        let provider = StaticCredentials(value)
        await provider.invalidate()
        #expect(try await provider.credentials() == value && provider.credentialsHere() == value)
        #expect(try await AnonymousCredentials().credentials() == nil)
        #expect(!"\(value)".contains("canary") && !String(reflecting: value).contains("canary"))
    }
}
