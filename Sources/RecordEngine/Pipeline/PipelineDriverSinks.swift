public import EventModel

/// What an output of a pipeline is for.
public enum OutputRole: Sendable, Hashable, CaseIterable {
    /// The records that the pipeline made.
    case result
    /// The records that it could not read or process.
    case rejects
}

/// One output of a run: what distinguishes it from the others.
public struct PipelineOutput: Hashable, Sendable {
    /// Result or rejects.
    public var role: OutputRole
    /// The member that it was made of, as a safe key part; fills `{member}`.
    ///
    /// Nil where the object is one unit, where members are merged, and for the rejects.
    public var member: String?
    /// What `route` and `partition` named; fills `{output}` and `{partition}`.
    public var name: OutputName
    /// Counts the outputs of this name that were full, from 0; fills `{part}`.
    public var part: Int

    /// Describes an output.
    public init(_ role: OutputRole, member: String? = nil, name: OutputName = OutputName(), part: Int = 0) {
        self.role = role
        self.member = member
        self.name = name
        self.part = part
    }
}

/// Opens the outputs of one run; called on the thread that drives it.
public protocol PipelineSinks: AnyObject {
    /// Opens an output, at most once: the result of a unit at once, since an empty result is still an output
    /// object, the rejects and named outputs with their first record. Nil when nobody wants it: it is counted
    /// and not written.
    func open(_ output: PipelineOutput) throws(SluiceError) -> (any ByteSink)?
    /// Says that nothing more is written to an output that was opened.
    func close(_ output: PipelineOutput) throws(SluiceError)
    /// Takes an output back that was opened, and perhaps closed: nothing of it becomes visible, because its
    /// member turned out to be damaged.
    func discard(_ output: PipelineOutput) throws(SluiceError)
}
