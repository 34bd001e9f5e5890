internal import Foundation
internal import TestSupport

/// A sandbox whose bucket `far` lies at a store on loopback, beside the local buckets `in` and `out`.
enum StoreFixture {
    /// A sandbox with a configuration; `far` is read by trigger `b` and, with `writesFar`, written by `a`.
    static func sandbox(
        _ endpoint: String,
        bucket: String = "bucket",
        writesFar: Bool = false,
        readsFar: Bool = true,
        more: String = ""
    ) throws -> Sandbox {
        let sandbox = try Sandbox()
        for bucket in ["in", "out"] { try sandbox.write("\(bucket)/.keep", "") }
        try configure(
            sandbox,
            endpoint,
            bucket: bucket,
            writesFar: writesFar,
            readsFar: readsFar,
            more: more
        )
        return sandbox
    }

    /// Writes the configuration, perhaps again with the store elsewhere.
    static func configure(
        _ sandbox: Sandbox,
        _ endpoint: String,
        bucket: String = "bucket",
        secret: String = "secret",
        writesFar: Bool = false,
        readsFar: Bool = true,
        more: String = ""
    ) throws {
        let keys = "{ access_key: \(S3Server.accessKey), secret_key: { file: ./secret } }"
        let target = writesFar ? "far" : "out"
        try sandbox.write("secret", secret)
        var text = """
            state: ./state
            buckets:
              in: { path: ./in }
              out: { path: ./out }
              far:
                s3:
                  { bucket: \(bucket), region: us-east-1, endpoint: "\(endpoint)",
                    credentials: \(keys)\(more) }
            functions:
              clean: { steps: [ { parse: json }, { encode: ndjson } ] }
            triggers:
              a: { bucket: in, match: "*.log", function: clean, output: "\(target):a/{key}" }

            """
        if readsFar {
            text += "  b: { bucket: far, match: \"*.log\", function: clean, output: \"out:b/{key}\" }\n"
        }
        try sandbox.write("sluice.yaml", text)
    }
}
