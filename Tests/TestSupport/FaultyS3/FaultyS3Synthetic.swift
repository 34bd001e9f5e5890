internal import EventModel

/// Very many objects that are computed from their number, in the order of their keys.
struct FaultyS3Synthetic: Sendable {
    let count: Int
    let prefix: [UInt8]

    /// `<prefix>0000012/000012345.log.gz`: a thousand in each folder.
    func key(_ index: Int) -> ObjectKey {
        var bytes = prefix
        bytes.reserveCapacity(prefix.count + 24)
        Self.append(index / 1000, digits: 7, to: &bytes)
        bytes.append(UInt8(ascii: "/"))
        Self.append(index, digits: 9, to: &bytes)
        bytes += Self.suffix
        return ObjectKey(bytes: bytes)
    }

    private static let suffix = Array(".log.gz".utf8)

    private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    /// The number of the first key at or after another.
    func lowerBound(_ key: ObjectKey) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.key(middle) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The number in one of its keys.
    func number(of key: ObjectKey) -> Int {
        key.bytes.dropLast(Self.suffix.count).suffix(9).reduce(0) { $0 * 10 + Int($1 & 15) }
    }

    /// The object of a key, whose content is its key and a line feed.
    func object(for key: ObjectKey) -> FaultyS3Object? {
        let index = lowerBound(key)
        guard index < count, self.key(index) == key else { return nil }
        return FaultyS3Object(bytes: key.bytes + [0x0A], etag: etag(index), modified: 0, fields: [:])
    }

    /// 32 hexadecimal digits that belong to one number only.
    func etag(_ index: Int) -> String {
        let digits = String(UInt64(index) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63, radix: 16)
        return digits + digits
    }
}
