internal import ControlPlane
internal import Daemon
internal import EventModel
internal import Execution
internal import HTTPTransport
internal import ObjectStorage

/// Looks at a bucket of a store: who we are there, whether it answers, what it can do, and its clock.
struct StoreDoctor {
    /// S3 refuses requests that are older or younger than 15 minutes (AWS, "Troubleshooting SigV4"); we
    /// follow the store's clock, others on this machine do not.
    private static let mostSkew = Duration.seconds(60)
    private let doctor: Doctor
    private let stores: StoreBook

    /// Looks with the connections of a service that does not run.
    init(_ doctor: Doctor, _ stores: StoreBook) {
        self.doctor = doctor
        self.stores = stores
    }

    /// All that can be said of one bucket; what fails first is told alone.
    func checks(_ bucket: BucketConfiguration, at place: S3Place) async -> [DoctorCheck] {
        let name = "bucket \(bucket.name)"
        var checks: [DoctorCheck] = []
        do throws(SluiceError) {
            checks.append(DoctorCheck("\(name) credentials", .good, try await identity(place)))
            if let clock = await clock(name, place) { checks.append(clock) }
            let store = try stores.store(bucket.name, at: place)
            let began = ContinuousClock.now
            let page = try await store.list(prefix: "").next(limit: 1)
            let took = Figures.seconds((ContinuousClock.now - began) / .seconds(1))
            let what = page.isEmpty ? "is empty" : "can be listed"
            checks.append(DoctorCheck(name, .good, "\(place.text) \(what), answered within \(took)"))
            if doctor.isWritten(bucket) { checks.append(try await abilities(name, store, place)) }
        } catch {
            checks.append(
                DoctorCheck(name, .bad, "\(place.text): \(error.code): \(error.message)", command: error.hint)
            )
        }
        return checks
    }

    /// Whose keys are used, never the secret one.
    private func identity(_ place: S3Place) async throws(SluiceError) -> String {
        let source =
            switch place.credentials {
            case .anonymous: "anonymous: requests are not signed"
            case .keys: "keys of the configuration"
            case .profile(let name): "profile \(name)"
            case .chain: "environment, files or machine"
            }
        guard let found = try await stores.credentials(of: place).credentials() else { return source }
        let until = found.expires.map { ", until \($0)" } ?? ""
        let key = found.accessKey
        let shown = key.count < 12 ? "of \(key.count) characters" : "\(key.prefix(4))…\(key.suffix(4))"
        return "\(source): access key \(shown)\(until)"
    }

    /// What the store's clock shows against this machine's; nil where it does not tell.
    private func clock(_ name: String, _ place: S3Place) async -> DoctorCheck? {
        let endpoint = place.connection.endpoint ?? S3Address.aws(place.region ?? "us-east-1")
        var request = HTTPRequest(method: "HEAD", endpoint: endpoint, path: "/")
        request.timeout = .seconds(10)
        // Whether the store can be reached is told by the listing, with its reason.
        guard let client = try? stores.client(of: place.connection),
            let answer = try? await client.send(request), let text = answer.header("date"),
            let date = InternetDate.http(text)
        else { return nil }
        let skew = SystemTimeSource().now.elapsed(since: date)
        let seconds = Figures.seconds(abs(skew / .seconds(1)))
        guard abs(skew / .seconds(1)) > Self.mostSkew / .seconds(1) else {
            return DoctorCheck("\(name) clock", .good, "as this machine's")
        }
        return DoctorCheck(
            "\(name) clock",
            .warning,
            "this machine is \(seconds) \(skew > .zero ? "ahead of" : "behind") the store",
            command: "sudo timedatectl set-ntp true"
        )
    }

    /// What the store of an output bucket can do.
    private func abilities(
        _ name: String,
        _ store: S3ObjectStore,
        _ place: S3Place
    ) async throws(SluiceError) -> DoctorCheck {
        guard place.probes else {
            return DoctorCheck("\(name) abilities", .good, "not tried out (probe: off): the least is assumed")
        }
        let found = try await store.probe()
        var words = [found.isVersioned ? "versioned" : "not versioned"]
        words.append("listings \(found.order == .bytes ? "in order" : "in no order")")
        if !found.encodesListings { words.append("no encoded listings") }
        if !found.keepsMetadata { words.append("no metadata") }
        if !found.readsIfMatch { words.append("no conditional reads") }
        switch found.tagging {
        case .kept: words.append("tags")
        case .broken: words.append("no tags")
        case .unknown: words.append("tags not tried out")
        }
        let isFenced = found.putsIfAbsent && found.completesIfAbsent
        words.append(isFenced ? "conditional writes" : "no conditional writes")
        return DoctorCheck(
            "\(name) abilities",
            isFenced && found.keepsMetadata ? .good : .warning,
            words.joined(separator: ", "),
            command: isFenced ? nil : "let nobody else write where Sluice does: a look decides, not the store"
        )
    }
}
