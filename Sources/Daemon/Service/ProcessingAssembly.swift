internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Execution
internal import FunctionRuntime
internal import Glibc
internal import ObjectStorage

/// Turns a configuration into what processing uses; the pools outlive reloads.
struct ProcessingAssembly: Sendable {
    /// One thread per processor for the record engine's blocks.
    let compute: ComputePool
    /// The stores, with threads for their calls that block; never the attempts' own, which wait for the
    /// stores.
    let stores: StoreBook
    /// Files without names in the state directory's `work`, for archives that must be read from their end.
    let spools: FileSpoolProvider

    /// Makes the pools, and the directories `work` and `uploads` in the state directory `state`.
    ///
    /// Stores are tried out only where there are `capabilities` to keep what was found.
    init(state: String, capabilities: (any CapabilityStore)? = nil) {
        let (work, uploads) = (state + "/work", state + "/" + StateDirectory.uploadsName)
        // One that cannot be made shows when something is kept in it: that delivery says why it waits.
        for directory in [work, uploads] { _ = unsafe mkdir(directory, 0o700) }
        spools = FileSpoolProvider(directory: work)
        compute = ComputePool()
        stores = StoreBook(
            pool: BlockingPool(
                name: "store",
                limit: max(8, 4 * NativeThread.availableProcessorCount),
                stackBytes: NativeThread.smallStackBytes
            ),
            journal: uploads,
            capabilities: capabilities ?? MemoryCapabilityStore(),
            probes: capabilities != nil
        )
    }

    /// A snapshot for the processing; `workers` is how many threads for attempts there are, when they were
    /// started for an earlier configuration.
    func processing(
        _ configuration: SluiceConfiguration,
        workers: Int? = nil
    ) throws(SluiceError) -> ProcessingConfiguration {
        var setups: [BucketSetup] = []
        for bucket in configuration.buckets { setups.append(try setup(bucket)) }
        stores.keep(configuration.buckets)
        return ProcessingConfiguration(
            buckets: setups,
            matcher: configuration.matcher,
            functions: FunctionRegistry(configuration.functions, executor: compute, spools: spools).all,
            workers: workers ?? configuration.workers,
            maxPending: configuration.maxPending,
            memoryBytes: configuration.memoryBytes,
            schedules: configuration.schedules
        )
    }

    private func setup(_ bucket: BucketConfiguration) throws(SluiceError) -> BucketSetup {
        let after: EventProcessing.AfterPolicy =
            switch bucket.after {
            case .keep: .keep
            case .delete: .delete
            case .move(let template): .move(template)
            case .tag(let tags): .tag(tags)
            }
        return BucketSetup(
            store: try stores.store(of: bucket),
            after: after,
            watch: WatchPolicy(
                scanInterval: bucket.scanInterval,
                settle: bucket.settle,
                recent: bucket.recent
            ),
            notifications: try stores.notifications(of: bucket)
        )
    }
}
