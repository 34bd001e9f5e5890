internal import EventModel
internal import Logging
internal import ObjectStorage

/// Where a staged output lies.
struct StagedPlace: Sendable {
    /// Its bucket.
    let bucket: BucketName
    /// Where it lies there.
    let reference: StagedReference
}

extension StagedRun {
    /// Where its outputs lie.
    var places: [StagedPlace] { outputs.map { StagedPlace(bucket: $0.bucket, reference: $0.staged) } }
}

extension ProcessingConfiguration {
    /// Lets the stores forget staged outputs that will not be published; what a failing store keeps, the next
    /// boot's sweep removes.
    func discard(_ places: [StagedPlace], _ logger: Logger) async {
        _ = await Several.each(places) { place in
            guard let store = buckets[place.bucket]?.store else { return }
            do throws(SluiceError) {
                try await store.discard(place.reference)
            } catch {
                logger.info("a staged output is left to the sweep", metadata: ["error": "\(error)"])
            }
        }
    }
}
