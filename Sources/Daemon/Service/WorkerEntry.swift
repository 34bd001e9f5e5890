public import EventModel
internal import EventProcessing

/// The entry of the child process that runs one suspect alone; `sluice worker` calls it.
public enum WorkerEntry {
    /// Reads an assignment from standard input and writes its result to standard output.
    public static func run(_ configuration: SluiceConfiguration) async throws(SluiceError) {
        let assembly = ProcessingAssembly(state: configuration.state)
        try await WorkerMain.serve(try assembly.processing(configuration))
    }
}
