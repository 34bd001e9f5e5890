internal import Crypto
internal import CryptoExtras
package import EventModel
package import EventProcessing
package import Execution
internal import Foundation
internal import Synchronization

/// Proves that a message is of SNS, and confirms subscriptions; goes nowhere but to SNS itself (trap S15).
package final class SNSVerifier: Sendable {
    /// Gets what lies under a URL: status and body. Follows no redirect.
    package typealias Fetch =
        @Sendable (_ url: String) async throws(SluiceError) -> (status: Int, body: [UInt8])

    private typealias Key = _RSA.Signing.PublicKey

    private struct State {
        var book = SNSKeyBook<Key>()
        /// Those who wait for a certificate that another message asked for.
        var waiters: [String: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let topics: Set<String>
    private let clock: any TimeSource
    private let fetch: Fetch
    private let state = Mutex(State())

    /// Takes messages of these topics.
    package init(topics: Set<String>, clock: any TimeSource, fetch: @escaping Fetch) {
        self.topics = topics
        self.clock = clock
        self.fetch = fetch
    }

    /// Throws unless the message is of a configured topic and its signature is SNS's.
    ///
    /// The certificate is trusted because it came over TLS from SNS's own host (AWS, "Verifying the
    /// signatures of Amazon SNS messages"); its chain is not looked at again.
    package func verify(_ envelope: SNSEnvelope) async throws(SluiceError) {
        guard topics.contains(envelope.topic) else {
            throw SluiceError(
                .webhookTopic,
                "Messages of the topic '\(Escaped.text(String(envelope.topic.prefix(200))))' are not taken.",
                hint: "List its ARN in listen.webhook.topics."
            )
        }
        let key = try await key(at: envelope.certificateURL, of: envelope.topic)
        let signature = _RSA.Signing.RSASignature(rawRepresentation: envelope.signature)
        let text = Data(envelope.signedText.utf8)
        let isRight =
            switch envelope.signatureVersion {
            case "1":
                key.isValidSignature(
                    signature,
                    for: Insecure.SHA1.hash(data: text),
                    padding: .insecurePKCS1v1_5
                )
            case "2":
                key.isValidSignature(signature, for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5)
            default: false
            }
        guard isRight else { throw SluiceError(.webhookSignature, "The signature of SNS is wrong.") }
        state.withLock { $0.book.prove(envelope.certificateURL) }
    }

    /// Confirms the subscription of a verified message.
    package func confirm(_ envelope: SNSEnvelope) async throws(SluiceError) {
        guard let url = envelope.subscribeURL, Self.isOfSNS(url, topic: envelope.topic) else {
            throw SluiceError(.webhookSignature, "The subscription is not to be confirmed at SNS.")
        }
        let answer = try await fetch(url)
        guard answer.status == 200 else {
            throw SluiceError(.webhookFetch, "SNS answered the confirmation with \(answer.status).")
        }
    }

    /// Whether a URL leads to SNS in the topic's region, over TLS and by the usual port.
    package static func isOfSNS(_ url: String, topic: String) -> Bool {
        let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "sns", !parts[3].isEmpty,
            parts[3].utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            })
        else { return false }
        let domain = parts[1] == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
        // All of it is compared, so there is no room for a user, a port or another host.
        return url.hasPrefix("https://sns.\(parts[3]).\(domain)/")
    }

    /// Letters, digits and `-`.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
        default: false
        }
    }

    private func key(at url: String, of topic: String) async throws(SluiceError) -> Key {
        // A name and no more: with a query the answer of another service of the same host, which may repeat
        // what it was asked, would be taken for a certificate.
        let path = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3)
        guard Self.isOfSNS(url, topic: topic), path.count == 1, let name = path.first,
            name.hasPrefix("SimpleNotificationService-"), name.hasSuffix(".pem"), url.utf8.count < 256,
            name.dropLast(4).utf8.allSatisfy(Self.isNameByte)
        else {
            throw SluiceError(.webhookSignature, "The certificate does not lie at SNS.")
        }
        while true {
            let now = clock.uptime
            switch state.withLock({ $0.book.look(for: url, at: now) }) {
            case .key(let key): return key
            case .absent:
                throw SluiceError(.webhookSignature, "The certificate at SNS cannot be read.")
            case .tooMany:
                throw SluiceError(.webhookBusy, "Too many certificates of SNS were asked for lately.")
            case .underway: await endOfFetch(of: url)
            case .fetch: try await fetchKey(at: url)
            }
        }
    }

    private func fetchKey(at url: String) async throws(SluiceError) {
        let answer: Result<(status: Int, body: [UInt8]), SluiceError>
        do throws(SluiceError) {
            answer = .success(try await fetch(url))
        } catch {
            answer = .failure(error)
        }
        let waiters = state.withLock { state in
            // What may pass by itself is asked for again; what is not there, or no certificate, is not.
            if case .success(let answer) = answer, answer.status < 500 {
                let key = answer.status == 200 ? Certificate.publicKey(pem: answer.body) : nil
                state.book.end(url, found: key)
            } else {
                state.book.end(url)
            }
            return state.waiters.removeValue(forKey: url) ?? []
        }
        for waiter in waiters { waiter.resume() }
        let status = try answer.get().status
        guard status < 500 else {
            throw SluiceError(
                .webhookFetch,
                "SNS answered the request for its certificate with \(status)."
            )
        }
    }

    /// Waits until another message has its answer, which always comes: requests have a timeout.
    private func endOfFetch(of url: String) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.book.isUnderway(url) else { return true }
                state.waiters[url, default: []].append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}

/// The public key of an X.509 certificate (RFC 5280, section 4.1); nothing else of it is read.
enum Certificate {
    /// The RSA key in a PEM file; nil when there is none.
    static func publicKey(pem: [UInt8]) -> _RSA.Signing.PublicKey? {
        let lines = String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline)
        let text = lines.drop { !$0.hasPrefix("-----BEGIN CERTIFICATE-----") }.dropFirst()
            .prefix { !$0.hasPrefix("-----END") }.joined()
        guard let bytes = Data(base64Encoded: text).map({ Array($0) }), let info = keyInfo(bytes) else {
            return nil
        }
        return try? _RSA.Signing.PublicKey(derRepresentation: Data(info))
    }

    /// `SubjectPublicKeyInfo`: the seventh part of `TBSCertificate`, whose first is left out in version 1.
    private static func keyInfo(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        guard let whole = element(bytes[...]), whole.tag == 0x30, let inner = element(whole.content),
            inner.tag == 0x30
        else { return nil }
        var rest = inner.content
        if let version = element(rest), version.tag == 0xA0 { rest = version.rest }
        for _ in 0..<5 {
            guard let part = element(rest) else { return nil }
            rest = part.rest
        }
        guard let info = element(rest), info.tag == 0x30 else { return nil }
        return rest[rest.startIndex..<info.rest.startIndex]
    }

    /// The first element of DER (X.690, section 8.1), with lengths of at most two bytes.
    private static func element(
        _ bytes: ArraySlice<UInt8>
    ) -> (tag: UInt8, content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard let tag = bytes.first, bytes.count >= 2 else { return nil }
        var start = bytes.startIndex + 2
        var length = Int(bytes[bytes.startIndex + 1])
        if length >= 0x80 {
            let count = length - 0x80
            guard (1...2).contains(count), bytes.endIndex - start >= count else { return nil }
            length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        guard bytes.endIndex - start >= length else { return nil }
        return (tag, bytes[start..<start + length], bytes[(start + length)...])
    }
}
