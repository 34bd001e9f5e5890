package import EventModel
package import HTTPTransport

/// An answer that says no, as the store gave it.
package struct S3Refusal: Sendable, Hashable {
    /// The HTTP status; 200 when only the body says no (trap R04).
    package let status: Int
    /// S3's word for it (AWS, "Error responses"), or empty where there is no body, as with HEAD.
    package let code: String
    /// The store's own words.
    package let text: String
    /// The region that the bucket lies in, where the store says so.
    package let region: String?
    /// How long the store asks to wait (RFC 9110, section 10.2.3).
    package let retryAfter: Duration?
    /// The store's clock when it answered.
    package let date: Timestamp?

    /// Reads a refusal from an answer.
    package init(_ response: HTTPResponse) {
        let error = S3Answers.parse(response.body).flatMap { $0.name == "Error" ? $0 : nil }
        status = response.status
        code = error?.text(of: "Code") ?? ""
        text = error?.text(of: "Message") ?? ""
        region = response.header("x-amz-bucket-region") ?? error?.text(of: "Region")
        let date = response.date
        retryAfter = response.header("retry-after").flatMap { Self.wait($0, answered: date) }
        self.date = date
    }

    /// Retry-After is seconds or a date (RFC 9110, section 10.2.3); the latter by the clock of the answer.
    private static func wait(_ text: String, answered: Timestamp?) -> Duration? {
        if let seconds = Int64(text) { return .seconds(min(max(0, seconds), 1 << 30)) }
        guard let answered, let until = InternetDate.http(text) else { return nil }
        return max(.zero, until.elapsed(since: answered))
    }

    /// Reads a refusal from the head of an answer and a body that was collected apart.
    package init(status: Int, headers: [HTTPField], body: [UInt8]) {
        self.init(HTTPResponse(status: status, headers: headers, body: body))
    }

    /// Whether it is none of S3's, but of something in between whose backend is away: a store says in words
    /// what is not there, unless it was asked for the head alone.
    package func isForeign(to method: String) -> Bool {
        status == 404 && code.isEmpty && method != "HEAD"
    }

    /// What kind of refusal it is.
    package var kind: Kind {
        // S3 names the bucket's region in many answers: it is the reason only of those without another one.
        Kind.byCode[code] ?? Kind(status: status, region: code.isEmpty ? region : nil)
    }
}

extension S3Refusal {
    /// Kinds of refusals, as far as they are told apart.
    package enum Kind: Sendable, Hashable {
        /// There is no such object.
        case noKey
        /// There is no such bucket.
        case noBucket
        /// There is no such multipart upload, or it lacks parts that were there.
        case noUpload
        /// The condition of the request does not hold.
        case preconditionFailed
        /// Another request changes the same key.
        case conflict
        /// These credentials may not do that.
        case denied
        /// The store does not know the access key.
        case unknownKey
        /// The signature is wrong.
        case wrongSignature
        /// The session's token is too old.
        case expiredCredentials
        /// The request's time is too far from the store's.
        case skewedClock
        /// The bucket lies elsewhere.
        case wrongRegion
        /// The store is overloaded or broken.
        case busy
        /// The object must be restored first.
        case archived
        /// The store does not take such a key.
        case invalidKey
        /// The store does not take such an object.
        case unacceptable
        /// There is no room.
        case full
        /// The store does not know such requests.
        case unsupported
        /// The object ends before the range.
        case invalidRange
        /// Something else.
        case other

        /// By S3's word.
        static let byCode: [String: Kind] = [
            "NoSuchKey": .noKey, "NoSuchVersion": .noKey, "NoSuchBucket": .noBucket,
            "NoSuchUpload": .noUpload, "InvalidPart": .noUpload, "InvalidPartOrder": .noUpload,
            "PreconditionFailed": .preconditionFailed, "ConditionalRequestConflict": .conflict,
            "OperationAborted": .conflict,
            "AccessDenied": .denied, "AllAccessDisabled": .denied, "AccountProblem": .denied,
            "InvalidAccessKeyId": .unknownKey, "SignatureDoesNotMatch": .wrongSignature,
            "ExpiredToken": .expiredCredentials, "TokenRefreshRequired": .expiredCredentials,
            "InvalidToken": .expiredCredentials,
            "RequestTimeTooSkewed": .skewedClock, "RequestExpired": .skewedClock,
            "PermanentRedirect": .wrongRegion, "TemporaryRedirect": .wrongRegion,
            "AuthorizationHeaderMalformed": .wrongRegion, "IllegalLocationConstraintException": .wrongRegion,
            "SlowDown": .busy, "ServiceUnavailable": .busy, "InternalError": .busy, "RequestTimeout": .busy,
            "Throttling": .busy, "ThrottlingException": .busy, "RequestLimitExceeded": .busy,
            "BandwidthLimitExceeded": .busy, "XMinioServerNotInitialized": .busy,
            "InvalidObjectState": .archived, "KeyTooLongError": .invalidKey, "InvalidURI": .invalidKey,
            "XMinioInvalidObjectName": .invalidKey,
            "MetadataTooLarge": .unacceptable, "EntityTooLarge": .unacceptable,
            "InvalidStorageClass": .unacceptable,
            "QuotaExceeded": .full, "XMinioStorageFull": .full, "InsufficientStorage": .full,
            "NotImplemented": .unsupported, "MethodNotAllowed": .unsupported, "InvalidRange": .invalidRange,
        ]

        /// By the status alone.
        init(status: Int, region: String?) {
            switch status {
            case 404: self = .noKey
            case 412: self = .preconditionFailed
            case 409: self = .conflict
            case 401, 403: self = .denied
            // HEAD has no body that could say more; S3 names the right region in a header.
            case 301, 302, 307, 308: self = .wrongRegion
            case 400 where region != nil: self = .wrongRegion
            case 416: self = .invalidRange
            case 507: self = .full
            case 501, 405: self = .unsupported
            case 429, 500...599: self = .busy
            default: self = .other
            }
        }
    }
}

extension S3Refusal {
    /// The error for it; `subject` says what was tried.
    package func error(_ subject: S3Subject) -> SluiceError {
        let (code, hint) = meaning
        return SluiceError(code, "Could not \(subject): \(words).", hint: hint)
    }

    private var words: String {
        var words = code.isEmpty ? "the store answers \(status)" : "the store answers \(code)"
        if !text.isEmpty { words += " (\(ObjectKey(text.hasSuffix(".") ? String(text.dropLast()) : text)))" }
        return words
    }

    private var meaning: (SluiceError.Code, hint: String?) {
        switch kind {
        case .noKey: (.storageNotFound, nil)
        case .noBucket: (.storageBucketMissing, "Make the bucket, or correct its name and the endpoint.")
        case .noUpload: (.storageStagedGone, nil)
        case .preconditionFailed: (.storageVersionChanged, nil)
        case .conflict: (.storageUnavailable, "Another request changes the same key; it is tried again.")
        case .denied:
            (.storageAccessDenied, "Allow these credentials what `sluice doctor` lists for this bucket.")
        case .unknownKey:
            (.storageAccessDenied, "The store does not know this access key; check credentials.")
        case .wrongSignature:
            (.storageAccessDenied, "Check the secret key, the region, and proxies that change requests.")
        case .expiredCredentials:
            (.storageAccessDenied, "The session's token has expired; renew it where credentials come from.")
        case .skewedClock: (.storageClockSkewed, "Set this machine's clock; it is too far from the store's.")
        case .wrongRegion:
            (
                .storageWrongRegion,
                region.map { "Set `region: \(ObjectKey($0))` for this bucket." }
                    ?? "Set the bucket's own `region:` and its endpoint."
            )
        case .busy:
            (.storageUnavailable, "The store is overloaded or down; the work goes on by itself then.")
        case .archived: (.storageArchived, "Restore the object from its archive class, then retry.")
        case .invalidKey: (.storageInvalidKey, "This store does not take the key; change the name.")
        case .unacceptable:
            (.storageUnacceptable, "Change what is written, or the storage class, and retry the delivery.")
        case .full: (.storageFull, "Free space or raise the quota; the work goes on by itself then.")
        case .unsupported: (.storageUnsupported, "See `sluice doctor` for what this store can do.")
        case .invalidRange: (.storageVersionChanged, nil)
        case .other: (.storageRefused, nil)
        }
    }
}
