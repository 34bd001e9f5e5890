public import EventModel
internal import Settings

/// How an object is copied.
public struct CopyOptions: Sendable, Hashable {
    /// Whether the source's tags go with it; they cost a request of their own.
    public let tags: Bool

    /// Describes a copy.
    public init(tags: Bool = false) { self.tags = tags }

    /// What decides about the outputs.
    var canonicalText: String { "tags \(tags)" }

    /// Decodes `{ tags: true }`.
    static func decode(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> CopyOptions? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let tags = reader.optional("tags").map { $0.boolean(&diagnostics) }
        reader.finish(&diagnostics)
        return CopyOptions(tags: (tags ?? false) ?? false)
    }
}

/// Copies an object as it is stored, between buckets of any kind: bytes, content type and the other
/// headers of HTTP that tell how they are to be read, metadata, and tags where asked.
public struct CopyFunction: Function {
    /// The configured name.
    public let name: FunctionName
    /// Which logic this is.
    public let fingerprint: Fingerprint
    private let options: CopyOptions

    /// Makes a function that copies.
    public init(name: FunctionName, fingerprint: Fingerprint, options: CopyOptions) {
        self.name = name
        self.fingerprint = fingerprint
        self.options = options
    }

    /// Copies one object; throws what the source or the output's store says.
    public func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport {
        var attributes = invocation.sourceAttributes
        // Where an object is stored how is the output's bucket's matter.
        attributes.storageClass = nil
        attributes.tags = options.tags ? try invocation.sourceTags() : [:]
        var report = InvocationReport()
        guard let sink = try invocation.outputs.open(OutputPart(role: .result), as: attributes) else {
            return report
        }
        let count = try invocation.source.readToEnd { (bytes) throws(SluiceError) in
            try invocation.checkCancellation()
            try sink.write(bytes)
        }
        (report.textBytesIn, report.textBytesOut) = (count, count)
        return report
    }
}
