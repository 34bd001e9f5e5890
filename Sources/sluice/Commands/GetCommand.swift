internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import Execution
internal import ObjectStorage

/// `sluice get BUCKET:KEY [-o FILE]`
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Copy an object to a file or standard output, as it is stored."
    )

    @Argument(help: ArgumentHelp("The object.", valueName: "bucket:key")) var place: PlaceArgument
    @Option(name: [.customShort("o"), .long], help: "The file to write; else standard output.") var output:
        String?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let store = try BucketStore.store(of: place, in: try options.load())
        let reader = try await store.open(place.key, ifMatch: nil)
        let output = self.output
        let progress = Progress()
        progress.begin(total: reader.info.sizeBytes)
        let count = try await ProgressBar.draw(place.text, progress) { () async throws(SluiceError) in
            try await BlockingPool(name: "get", limit: 1).run { () throws(SluiceError) in
                try Self.copy(CountedSource(reader, progress), to: output, confirming: reader)
            }
        }
        if let output {
            try options.show(
                ObjectView(reader.info),
                "got  \(Printable.escape(output)), \(Figures.bytes(count))\n"
            )
        }
    }
}

extension GetCommand {
    /// Writes to a file that appears whole, or to standard output.
    private static func copy(
        _ source: CountedSource,
        to output: String?,
        confirming reader: any ObjectReader
    ) throws(SluiceError) -> UInt64 {
        guard let output else {
            let count = try source.pour(into: StandardOutputSink())
            try reader.confirm()
            return count
        }
        let directory = output.lastIndex(of: "/").map { String(output[...$0]) } ?? "."
        let file = try HiddenFile(in: directory)
        let count = try source.pour(into: file)
        try reader.confirm()
        try file.publish(as: output)
        return count
    }
}

/// Counts what is read from an object.
private final class CountedSource: ByteSource {
    private let source: any ByteSource
    private let progress: Progress

    init(_ source: any ByteSource, _ progress: Progress) { (self.source, self.progress) = (source, progress) }

    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        try source.read(into: &buffer)
        progress.add(UInt64(buffer.byteCount - before))
    }
}

/// Standard output as a sink.
private final class StandardOutputSink: ByteSink {
    func write(_ bytes: RawSpan) throws(SluiceError) {
        unsafe bytes.withUnsafeBytes { unsafe Terminal.write(Array($0), to: 1) }
    }
}
