public import EventModel
public import Settings

/// A compiled `steps:` function: `[decompress] [keep_if | drop_if]… parse steps… [encode] [compress]`.
///
/// Without `parse` it passes bytes through. It can run on any number of objects and threads at the same time.
public struct Pipeline: Sendable {
    /// How the object's stored bytes are decoded.
    public let inputCodec: InputLayers
    /// How an archive is taken apart; nil where it is taken as it is.
    public let archive: ArchivePlan?
    /// How the result is compressed.
    public let outputCodec: OutputCodec
    /// How much one object may ask for.
    public let limits: EngineLimits
    /// The canonical configuration with the semantics number of each component: what a fingerprint is made
    /// from.
    public let canonicalText: String
    /// What is done with records; nil in byte mode.
    let processor: PipelineProcessor?

    /// Whether bytes are passed through, without records.
    public var isByteMode: Bool { processor == nil }

    /// Whether the records are folded into groups, so that the results of many objects can be merged.
    public var aggregates: Bool { processor?.folds == true }

    /// Bytes of codec windows that one run may need on top of the memory that every run may: 0 unless the
    /// limits allow windows above the ordinary 64 MiB.
    public var windowBytes: Int {
        guard limits.maxWindowBytes > EngineLimits.ordinaryWindowBytes else { return 0 }
        return limits.maxWindowBytes * inputCodec.windowCount(maxNesting: limits.maxNesting)
    }

    /// The placeholders that this function's outputs fill: `member`, `output`, `partition` and `part`.
    ///
    /// An output template that leaves one of them out gives several outputs the same key.
    public var placeholders: Set<String> {
        var names: Set<String> = []
        if let archive, !archive.merge { names.insert("member") }
        return names.union(processor?.placeholders ?? [])
    }

    /// The names of the stages that records pass, in the order of `PipelineReport.stages`.
    public var stageNames: [String] { processor?.stageNames ?? [] }

    /// Every parser, step and encoder that there is: help is made from it.
    public static var components: [ComponentSpec] {
        ParserKind.allCases.map(\.spec) + StepKind.allCases.map(\.spec) + EncoderKind.allCases.map(\.spec)
    }

    /// What `charset` and the formats of `frame` are: help is made from it.
    public static var textComponents: [ComponentSpec] {
        [CharsetReader.spec] + FramingKind.allCases.map(\.spec)
    }

    /// Compiles the `steps:` and `limits:` of a function; reports every mistake at its node and returns nil
    /// when there is one.
    ///
    /// `resources` are what steps need beside the configuration: tables of time zones.
    public static func compile(
        steps: ConfigNode,
        limits: ConfigNode? = nil,
        resources: PipelineResources = .system,
        diagnostics: inout Diagnostics
    ) -> Pipeline? {
        let before = diagnostics.errorCount
        var compiler = PipelineCompiler(diagnostics)
        compiler.context.resources = resources
        let pipeline = compiler.compile(steps, limits: limits)
        diagnostics = compiler.context.diagnostics
        return diagnostics.errorCount == before ? pipeline : nil
    }

    /// What is done with each block; nil in byte mode.
    public func makeBlockProcessor() -> (any BlockProcessor)? { processor }

    /// The driver for one or more runs.
    public func makeDriver() -> PipelineDriver {
        var driver = PipelineDriver(processor: processor)
        driver.input = inputCodec
        driver.archive = archive
        driver.output = outputCodec
        driver.limits = limits
        return driver
    }

    /// Runs over one object; see `PipelineDriver.run`.
    ///
    /// With `givesPartial` a pipeline that folds its records writes no rows, and the report holds the groups.
    public func run(
        source: any ByteSource,
        sinks: any PipelineSinks,
        executor: any BlockExecutor,
        objectTime: Timestamp? = nil,
        spools: any SpoolProvider = MemorySpoolProvider(),
        givesPartial: Bool = false,
        checkCancellation: @escaping () throws(SluiceError) -> Void = { () throws(SluiceError) in }
    ) throws(SluiceError) -> PipelineReport {
        var driver = makeDriver()
        driver.objectTime = objectTime
        driver.spools = spools
        driver.givesPartial = givesPartial
        let totals = try driver.run(
            source: source,
            sinks: sinks,
            executor: executor,
            checkCancellation: checkCancellation
        )
        return PipelineReport(totals, stageNames: stageNames)
    }
}

extension Diagnostics {
    fileprivate var errorCount: Int { findings.count { $0.severity == .error } }
}
