public import EventModel

/// Which keys can be paths of files (traps K04, K05, K08); the same rules hold in memory, so that tests meet
/// them.
public enum KeyRules {
    /// The longest name of a file (`NAME_MAX`, limits.h(0p)).
    public static let longestComponent = 255
    /// The longest key (S3's limit is 1,024 bytes; paths below a bucket may be longer, up to this bound).
    public static let longestKey = 16_384

    /// Why a key cannot be the name of an object in a local bucket, or nil when it can.
    public static func refusal(of key: ObjectKey, bucket: BucketName) -> SluiceError? {
        guard let reason = reason(key.bytes) else { return nil }
        return SluiceError(
            .storageInvalidKey, "“\(key)” cannot be an object of bucket “\(bucket)”: \(reason).",
            hint: "Change the template of the output's key, or rename the source."
        )
    }

    /// The most components of a key; a walk holds one open directory for each.
    public static let mostComponents = 256

    private static func reason(_ bytes: [UInt8]) -> String? {
        if bytes.isEmpty { return "it is empty" }
        if bytes.count > longestKey { return "it is longer than \(longestKey) bytes" }
        if bytes.contains(0) { return "it contains a NUL byte" }
        if bytes.first == UInt8(ascii: "/") { return "it is an absolute path" }
        if bytes.last == UInt8(ascii: "/") { return "it ends with “/”" }
        if bytes.count(where: { $0 == UInt8(ascii: "/") }) >= mostComponents {
            return "it has more than \(mostComponents) components"
        }
        for component in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if component.isEmpty { return "it has an empty component" }
            if component.elementsEqual(".".utf8) { return "it has the component “.”" }
            if component.elementsEqual("..".utf8) { return "it has the component “..”" }
            if component.count > longestComponent {
                return "a component is longer than \(longestComponent) bytes"
            }
            if component.elementsEqual(StagePath.reservedName.utf8) {
                return "“\(StagePath.reservedName)” is reserved for outputs in the making"
            }
        }
        return nil
    }
}
