internal import EventModel
internal import HTTPTransport
internal import Settings

extension ConfigurationDecoder {
    /// A part is at least 5 MiB and at most 5 GiB long (Amazon S3 User Guide, "multipart upload limits"); so
    /// much memory nobody has for it.
    private static let partSizes = (5 << 20)...(256 << 20)

    /// `s3: { … }`.
    mutating func decodeS3(_ node: ConfigNode) -> S3Place? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let bucket = reader.required("bucket", &diagnostics).flatMap { decodeBucketName($0) }
        let regionNode = reader.optional("region")
        let region = regionNode.flatMap { $0.region(&diagnostics) }
        let endpointNode = reader.optional("endpoint")
        let endpoint = endpointNode.flatMap { decodeEndpoint($0) }
        let pathStyle = reader.optional("path_style").flatMap { $0.boolean(&diagnostics) }
        let credentials = reader.optional("credentials").map { decodeCredentials($0) } ?? .chain
        var connection = decodeConnection(&reader, endpoint: endpoint)
        let probes = reader.optional("probe").flatMap { $0.choice(Probe.self, &diagnostics) } ?? .auto
        let storageClass = reader.optional("storage_class").flatMap { decodeStorageClass($0) }
        let partSize = reader.optional("part_size").flatMap { $0.byteCount(in: Self.partSizes, &diagnostics) }
        let parallel = reader.optional("parallel").flatMap { $0.integer(in: 1...64, &diagnostics) }
        reader.finish(&diagnostics)
        guard let bucket, let credentials, endpointNode == nil || endpoint != nil else { return nil }
        let usual = usualLocation(credentials, at: node)
        if endpointNode == nil, let text = usual?.endpoint { connection.endpoint = HTTPEndpoint(url: text) }
        warnOfPlainText(connection.endpoint, at: endpointNode ?? node)
        let isAWS = connection.endpoint.map { StoreConnection.isAWS($0) } ?? true
        if isAWS, regionNode == nil, usual?.region == nil {
            diagnostics.error(
                .configMissingKey,
                "\(node.displayPath) needs 'region': AWS takes no request that is signed for another one.",
                hint: "Write for instance region: eu-west-1, or endpoint: for another store than AWS.",
                at: node
            )
            return nil
        }
        return S3Place(
            bucket: bucket,
            region: region ?? usual?.region,
            connection: connection,
            pathStyle: pathStyle,
            credentials: credentials,
            probes: probes == .auto,
            storageClass: storageClass,
            partSizeBytes: partSize ?? 8 << 20,
            parallelParts: parallel ?? 4
        )
    }

    private enum Probe: String, CaseIterable {
        case auto
        case off
    }

    /// Region and endpoint that the environment or the profile names, as the AWS tools take them.
    private mutating func usualLocation(_ source: CredentialSource, at node: ConfigNode) -> StoreLocation? {
        let names = [
            "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_PROFILE",
            "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "HOME",
        ]
        var variables: [String: String] = [:]
        for name in names { variables[name] = surroundings.variable(name) }
        let unreachable = { @Sendable (_: HTTPRequest) throws(SluiceError) -> HTTPResponse in
            throw SluiceError(.configUnreadable, "Nothing is asked while a configuration is read.")
        }
        let places = CredentialSurroundings(
            variables: variables,
            readFile: { [surroundings] (path) throws(SluiceError) in
                // A file that is not there says nothing.
                try? surroundings.read(path, 1 << 20)
            },
            send: unreachable,
            sendDirectly: unreachable,
            now: { Timestamp(nanoseconds: 0) }
        )
        var profile: String?
        if case .profile(let name) = source { profile = name }
        do throws(SluiceError) {
            return try StoreLocation(places, profile: profile)
        } catch {
            diagnostics.error(error.code, error.message, hint: error.hint, at: node)
            return nil
        }
    }

    /// Within this machine nobody is in between.
    private mutating func warnOfPlainText(_ endpoint: HTTPEndpoint?, at node: ConfigNode) {
        guard let endpoint, !endpoint.isTLS, !ListenConfiguration.isLoopback(endpoint.host) else { return }
        diagnostics.warning(
            .configExposed,
            "Objects go to and from \(endpoint.authority) in the clear: requests are signed, so the secret "
                + "key stays here, but whoever is in between can read what is in them.",
            hint: "Use https:// unless the network in between is yours alone.",
            at: node
        )
    }

    /// How the store is reached.
    private mutating func decodeConnection(
        _ reader: inout MappingReader,
        endpoint: HTTPEndpoint?
    ) -> StoreConnection {
        let caFile = reader.optional("ca_file").flatMap { decodeCertificates($0) }
        let skips = reader.optional("insecure_skip_verify")
        let skipsVerification = skips.flatMap { $0.boolean(&diagnostics) } ?? false
        if let skips, skipsVerification {
            diagnostics.warning(
                .configExposed,
                "The certificate of \(endpoint?.authority ?? "AWS") is not verified: "
                    + "whoever is in between can read and change everything.",
                hint: "Name the authority's certificate with 'ca_file' instead.",
                at: skips
            )
        }
        let proxy = reader.optional("proxy").flatMap { decodeProxy($0) }
        return StoreConnection(
            endpoint: endpoint,
            caFile: caFile,
            skipsVerification: skipsVerification,
            proxy: proxy
        )
    }

    private mutating func decodeBucketName(_ node: ConfigNode) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        // Wider than "General purpose bucket naming rules" (Amazon S3 User Guide): other stores and old
        // buckets have other names.
        let isWell =
            (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
        if isWell, text != ".", text != ".." { return text }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) cannot be '\(text.prefix(80))'.",
            hint: "Name the bucket alone: letters, digits, '-', '.' and '_'; the store goes into 'endpoint'.",
            at: node
        )
        return nil
    }

    private mutating func decodeEndpoint(_ node: ConfigNode) -> HTTPEndpoint? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let endpoint = HTTPEndpoint(url: text) { return endpoint }
        let hint: String
        if HTTPEndpoint(url: "https://" + text) != nil {
            hint = "Say how: \"https://\(text)\", or http://."
        } else if text.split(separator: "/", maxSplits: 2).count == 3 {
            hint = "Leave the path out; the bucket's name goes into 'bucket'."
        } else {
            hint = "Write for instance \"https://minio.example:9000\"."
        }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be scheme, host and perhaps port of the store.",
            hint: hint,
            at: node
        )
        return nil
    }

    private mutating func decodeStorageClass(_ node: ConfigNode) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        let isWell =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        if isWell { return text }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) cannot be '\(text.prefix(80))'.",
            hint: "Write for instance STANDARD_IA.",
            at: node
        )
        return nil
    }

    private mutating func decodeProxy(_ node: ConfigNode) -> Secret? {
        guard let secret = node.secret(&diagnostics) else { return nil }
        let text = secret.reveal()
        let schemes = ["http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"]
        if text.isEmpty || schemes.contains(where: { text.hasPrefix($0) && text.count > $0.count }) {
            return secret
        }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be the URL of a proxy.",
            hint: "Write for instance \"http://proxy.example:3128\", or \"\" for none.",
            at: node
        )
        return nil
    }

    private mutating func decodeCertificates(_ node: ConfigNode) -> String? {
        guard let file = path(node) else { return nil }
        do throws(SluiceError) {
            _ = try surroundings.read(file, 1 << 20)
            return file
        } catch {
            diagnostics.error(
                .configMissingValue,
                "The certificates of \(node.path) cannot be read. \(error.message)",
                hint: error.hint,
                at: node
            )
            return nil
        }
    }
}
