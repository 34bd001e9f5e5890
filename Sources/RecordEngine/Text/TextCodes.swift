public import EventModel

extension SluiceError.Code {
    /// An encoding that this machine's C library cannot read.
    public static let textCharsetUnavailable = Self("text.charset-unavailable", .usage)
}
