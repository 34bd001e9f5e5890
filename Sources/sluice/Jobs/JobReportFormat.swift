internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import Foundation

/// How `sluice job report` writes.
enum JobReportFormat: String, ExpressibleByArgument, CaseIterable {
    case csv
    case ndjson

    /// The lines of some tasks; with a header before the first.
    func text(_ tasks: [JobTaskView], isFirst: Bool) throws(SluiceError) -> String {
        switch self {
        case .ndjson:
            var text = ""
            for task in tasks { text += String(decoding: try ViewCoding.encode(task), as: UTF8.self) + "\n" }
            return text
        case .csv:
            let header = "Bucket,Key,VersionId,TaskStatus,ErrorCode,HTTPStatusCode,ResultMessage\n"
            return (isFirst ? header : "") + tasks.map(Self.line).joined()
        }
    }

    private static func line(_ task: JobTaskView) -> String {
        let key = task.keyBase64.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? Array(task.key.utf8)
        let fields = [
            task.bucket, APIRequest.encode(String(decoding: key, as: UTF8.self)), "", task.state,
            task.code ?? "", "",
            task.message ?? task.reason ?? "",
        ]
        return fields.map(quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.contains { "\",\r\n".contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
