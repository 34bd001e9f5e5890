public import EventModel

extension SluiceError.Code {
    /// The store is overloaded, broken, or does not answer.
    public static let storageUnavailable = Self("storage.unavailable", .outage)
    /// The store's answer cannot be understood (trap L07).
    public static let storageBadAnswer = Self("storage.bad-answer", .outage)
    /// The bucket lies in another region than the configured one.
    public static let storageWrongRegion = Self("storage.wrong-region", .outage)
    /// The clocks of this machine and of the store are too far apart (trap L16).
    public static let storageClockSkewed = Self("storage.clock-skewed", .outage)
    /// The store does not know the request.
    public static let storageUnsupported = Self("storage.unsupported", .outage)
    /// The object lies in an archive and must be restored first.
    public static let storageArchived = Self("storage.archived", .object)
    /// The store refuses the request, for a reason that no other code names.
    public static let storageRefused = Self("storage.refused", .transient)
    /// The output has more parts than the store takes.
    public static let storageTooManyParts = Self("storage.too-many-parts", .object)
    /// The object would have more tags than S3 keeps.
    public static let storageTooManyTags = Self("storage.too-many-tags", .object)
    /// The store does not take such an object: its size, its metadata, its storage class.
    public static let storageUnacceptable = Self("storage.unacceptable", .object)
}
