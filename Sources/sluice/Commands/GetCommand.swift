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
        let store = try LocalBucket.store(of: place, in: try options.load())
        let reader = try await store.open(place.key, ifMatch: nil)
        let output = self.output
        let count = try await BlockingPool(name: "get", limit: 1).run { () throws(SluiceError) in
            guard let output else {
                let sink = StandardOutputSink()
                let count = try ByteCopy.run(from: reader, to: sink)
                try reader.confirm()
                return count
            }
            let directory = output.lastIndex(of: "/").map { String(output[...$0]) } ?? "."
            let file = try HiddenFile(in: directory)
            let count = try ByteCopy.run(from: reader, to: file)
            try reader.confirm()
            try file.publish(as: output)
            return count
        }
        if let output {
            try options.show(
                ObjectView(reader.info),
                "got  \(Printable.escape(output)), \(Figures.bytes(count))\n"
            )
        }
    }
}

/// Standard output as a sink.
private final class StandardOutputSink: ByteSink {
    func write(_ bytes: RawSpan) throws(SluiceError) {
        unsafe bytes.withUnsafeBytes { unsafe Terminal.write(Array($0), to: 1) }
    }
}
