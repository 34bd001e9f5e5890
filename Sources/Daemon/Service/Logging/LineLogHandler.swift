internal import Foundation
internal import Glibc
public import Logging

/// Writes swift-log records to a file descriptor, one line each, in one `write(2)`, so that lines never mix.
public struct LineLogHandler: LogHandler {
    /// Lines below this level are not written.
    public var logLevel: Logger.Level
    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: LogFormat
    private let isColoured: Bool
    private let descriptor: Int32

    /// Writes to a descriptor that stays open as long as the process logs.
    public init(
        label: String,
        level: Logger.Level,
        format: LogFormat,
        isColoured: Bool,
        descriptor: Int32 = 2
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.isColoured = isColoured
        self.descriptor = descriptor
    }

    /// A field of every line.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    public func log(event: LogEvent) {
        var all = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        let fields = all.mapValues(\.description).sorted { $0.key < $1.key }
        var bytes: [UInt8]
        switch format {
        case .text:
            bytes = Array(
                LogLine.text(
                    level: event.level,
                    message: event.message.description,
                    fields: fields,
                    time: Date(),
                    isColoured: isColoured
                ).utf8
            )
        case .json:
            bytes = Array(
                LogLine.json(
                    level: event.level,
                    label: label,
                    message: event.message.description,
                    fields: fields,
                    time: Date()
                ).utf8
            )
        }
        bytes.append(0x0A)
        // A log that cannot be written (full disk, closed pipe) has nowhere to be reported.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
