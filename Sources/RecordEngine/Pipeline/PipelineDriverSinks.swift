public import EventModel

/// What an output of a pipeline is for.
public enum OutputRole: Sendable, Hashable, CaseIterable {
    /// The records that the pipeline made.
    case result
    /// The records that it could not read or process.
    case rejects
}

/// Opens the outputs of one run; called on the thread that drives it.
public protocol PipelineSinks: AnyObject {
    /// Opens an output, at most once for each role: the result at once, since an empty result is still an
    /// output object, the rejects with the first of them. Nil when nobody wants it: it is counted and not
    /// written.
    func open(_ role: OutputRole) throws(SluiceError) -> (any ByteSink)?
}
