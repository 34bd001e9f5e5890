internal import EventModel
internal import Foundation

/// What services that lend credentials answer.
enum LentCredentials {
    /// What container and instance metadata write ("Retrieve security credentials from instance metadata",
    /// Amazon EC2 User Guide).
    private struct Answer: Decodable {
        let Code: String?
        let AccessKeyId: String
        let SecretAccessKey: String
        let Token: String?
        let Expiration: String?
    }

    /// Reads an answer in JSON.
    static func json(_ response: HTTPResponse, from who: String) throws(SluiceError) -> Credentials {
        guard response.status == 200 else { throw refused(who, "the status \(response.status)") }
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            // The decoder's error could quote the body, which holds a secret.
            throw refused(who, "something that holds no credentials")
        }
        if let code = answer.Code, code != "Success" { throw refused(who, "the code “\(code)”") }
        return Credentials(
            accessKey: answer.AccessKeyId,
            secretKey: Secret(answer.SecretAccessKey),
            sessionToken: answer.Token.map { Secret($0) },
            expires: try answer.Expiration.map { text throws(SluiceError) in try moment(text, who) }
        )
    }

    /// Reads an answer of STS ("AssumeRole", AWS STS API Reference).
    static func xml(_ response: HTTPResponse, from who: String) throws(SluiceError) -> Credentials {
        guard response.status == 200 else {
            // A gateway's page says no more than its status.
            let root = try? XMLReader.parse(response.body)
            let code = root?.first(below: "Code")?.text ?? "none"
            let message = root?.first(below: "Message")?.text ?? ""
            throw refused(who, "the status \(response.status), code \(code): \(message)")
        }
        // The reader's error quotes how the answer begins, which may hold a secret.
        let root = try? XMLReader.parse(response.body)
        guard let node = root?.first(below: "Credentials"), let key = node.text(of: "AccessKeyId"),
            let secret = node.text(of: "SecretAccessKey"), let token = node.text(of: "SessionToken"),
            let expires = node.text(of: "Expiration")
        else { throw refused(who, "something that holds no credentials") }
        return Credentials(
            accessKey: key,
            secretKey: Secret(secret),
            sessionToken: Secret(token),
            expires: try moment(expires, who)
        )
    }

    /// The error for an answer without credentials.
    static func refused(_ who: String, _ answer: String) -> SluiceError {
        SluiceError(
            .credentialsRefused,
            "No credentials came from \(who): it answered \(answer).",
            hint: "Check that the role exists and that it may be assumed from here."
        )
    }

    /// A moment as these services write it: `2026-10-01T00:00:00Z`, also with a fraction or an offset.
    private static func moment(_ text: String, _ who: String) throws(SluiceError) -> Timestamp {
        let plain = try? Date(text, strategy: Date.ISO8601FormatStyle())
        let date =
            plain ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        // What fits a `Timestamp`.
        guard let date, (0..<9_000_000_000).contains(date.timeIntervalSince1970) else {
            throw refused(who, "an expiry that is no moment")
        }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
    }
}
