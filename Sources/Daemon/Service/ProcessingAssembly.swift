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
    /// Threads for the stores' file calls; never the attempts' own, which wait for the stores.
    let stores: BlockingPool
    /// Files without names in the state directory's `work`, for archives that must be read from their end.
    let spools: FileSpoolProvider

    /// Makes the pools, and the directory `work` in the state directory `state`.
    init(state: String) {
        let work = state + "/work"
        // One that cannot be made shows when something is kept in it: that delivery says why it waits.
        _ = unsafe mkdir(work, 0o700)
        spools = FileSpoolProvider(directory: work)
        compute = ComputePool()
        stores = BlockingPool(
            name: "store",
            limit: max(8, 4 * NativeThread.availableProcessorCount),
            stackBytes: NativeThread.smallStackBytes
        )
    }

    /// A snapshot for the processing; `workers` is how many threads for attempts there are, when they were
    /// started for an earlier configuration.
    func processing(_ configuration: SluiceConfiguration, workers: Int? = nil) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: configuration.buckets.map(setup),
            matcher: configuration.matcher,
            functions: FunctionRegistry(configuration.functions, executor: compute, spools: spools).all,
            workers: workers ?? configuration.workers,
            maxPending: configuration.maxPending,
            memoryBytes: configuration.memoryBytes
        )
    }

    private func setup(_ bucket: BucketConfiguration) -> BucketSetup {
        let after: EventProcessing.AfterPolicy =
            switch bucket.after {
            case .keep: .keep
            case .delete: .delete
            case .move(let template): .move(template)
            }
        let store = LocalObjectStore(
            bucket: bucket.name,
            path: bucket.path,
            excluding: bucket.excludedPaths,
            pool: stores
        )
        return BucketSetup(
            store: store,
            after: after,
            watch: WatchPolicy(scanInterval: bucket.scanInterval, settle: bucket.settle)
        )
    }
}
