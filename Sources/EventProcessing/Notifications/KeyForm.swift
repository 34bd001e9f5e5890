internal import EventModel

/// How a source writes keys (trap N03).
enum KeyForm {
    /// As HTML forms do: a space is `+`, other bytes are `%XX` (AWS, "Event message structure"); MinIO
    /// writes `/` as `%2F` as well.
    case formEncoded
    /// As it is.
    case asIs

    /// The key, and what it is if the source does not do as it should; nil where that is the same.
    func keys(of text: String) -> (key: ObjectKey, alternate: ObjectKey?) {
        let raw = ObjectKey(text)
        let decoded = ObjectKey(bytes: Self.decode(raw.bytes))
        let (key, other) = self == .formEncoded ? (decoded, raw) : (raw, decoded)
        return (key, key == other ? nil : other)
    }

    /// Undoes the encoding of forms; what is no valid escape stands for itself.
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
                continue
            }
            decoded.append(byte == 0x2B ? 0x20 : byte)
            index += 1
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
