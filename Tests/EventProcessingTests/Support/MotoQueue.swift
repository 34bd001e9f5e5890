internal import EventProcessing
internal import Foundation

/// SQS, S3 and SNS of moto in a process of their own, with boto3 as the one who puts and sends; ends with its
/// owner.
///
/// Speaks by lines: a command goes in, an answer comes out.
final class MotoQueue: Sendable {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = root.appending(path: ".build/test-venv/bin/python").path

    /// Whether `make setup-test` was here.
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: python) }

    private static let script = """
        import base64, json, os, sys
        os.environ.update(AWS_ACCESS_KEY_ID='AK', AWS_SECRET_ACCESS_KEY='secret')
        import boto3
        from moto.server import ThreadedMotoServer
        out = os.fdopen(os.dup(1), 'w')
        os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
        server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
        server.start()
        port = server.get_host_and_port()[1]
        kind = dict(endpoint_url=f'http://127.0.0.1:{port}', region_name='us-east-1')
        s3, sqs, sns = (boto3.client(name, **kind) for name in ('s3', 'sqs', 'sns'))
        url = sqs.create_queue(QueueName='uploads', Attributes={'VisibilityTimeout': '60'})['QueueUrl']
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
        topic = sns.create_topic(Name='uploads')['TopicArn']
        sns.subscribe(TopicArn=topic, Protocol='sqs', Endpoint=arn)
        s3.create_bucket(Bucket='acme')
        rule = {'QueueArn': arn, 'Events': ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']}
        s3.put_bucket_notification_configuration(
            Bucket='acme', NotificationConfiguration={'QueueConfigurations': [rule]})
        print(url, port, file=out, flush=True)
        for line in sys.stdin:
            command, value = json.loads(line)
            if command == 'put':
                s3.put_object(Bucket='acme', Key=value, Body=value.encode())
            elif command == 'send':
                sqs.send_message(QueueUrl=url, MessageBody=value)
            elif command == 'publish':
                sns.publish(TopicArn=topic, Message=value)
            names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible']
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)['Attributes']
            print(*(found[name] for name in names), file=out, flush=True)
        """

    private let process: Process
    private let input: FileHandle
    private let output: FileHandle
    /// The queue.
    let queue: SQSQueue

    /// Starts it; a thread of its own waits, for the cooperative pool must not.
    static func start() async throws -> MotoQueue { try await onThread { try MotoQueue() } }

    private init() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = ["-c", Self.script]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
        let words = Self.line(self.output).split(separator: " ").map(String.init)
        guard words.count == 2, let queue = SQSQueue(url: words[0], region: "us-east-1") else {
            throw Failure()
        }
        self.queue = queue
    }

    deinit {
        try? input.close()
        process.terminate()
        process.waitUntilExit()
    }

    /// Does something; returns how many messages are visible and how many are taken.
    @discardableResult func tell(_ command: String, _ value: String = "") async throws -> String {
        try await Self.onThread { try self.exchange(command, value) }
    }

    private func exchange(_ command: String, _ value: String) throws -> String {
        var line = try JSONEncoder().encode([command, value])
        line.append(0x0A)
        try input.write(contentsOf: line)
        return Self.line(output)
    }

    private static func line(_ output: FileHandle) -> String {
        var line = Data()
        while let byte = try? output.read(upToCount: 1), byte.first != 0x0A, !byte.isEmpty { line += byte }
        return String(decoding: line, as: UTF8.self)
    }

    private static func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result(catching: work)) }.start()
        }
    }

    struct Failure: Error {}
}
