internal import EventModel

/// Writes the numbers of a partial result.
extension ByteBuffer {
    /// Appends a number as LEB128.
    func appendVarint(_ number: UInt128) {
        var rest = number
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a count.
    func appendVarint(_ number: Int) { appendVarint(UInt128(number)) }

    /// Appends a signed number: 0, −1, 1, −2, … as 0, 1, 2, 3, ….
    func appendSigned(_ number: Int128) { appendVarint(UInt128(bitPattern: number << 1 ^ number >> 127)) }

    /// Appends eight bytes, the lowest first.
    func appendDouble(_ number: Double) {
        for shift in 0..<8 { append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(8 * shift))) }
    }
}

/// Reads the bytes of a partial result; every mistake is an error.
struct PartialReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    /// Reads these bytes.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// What is said of bytes that make no sense.
    static let damaged = SluiceError(
        .engineDamagedPartial,
        "The bytes are no partial result of an aggregate, or they are damaged.",
        hint: "Fold the objects again that they were made of."
    )

    /// Whether everything was read.
    var isAtEnd: Bool { place == bytes.endIndex }
    /// Bytes that were not read yet.
    var remaining: Int { bytes.endIndex - place }

    /// The next byte.
    mutating func byte() throws(SluiceError) -> UInt8 {
        guard place < bytes.endIndex else { throw Self.damaged }
        defer { place += 1 }
        return bytes[place]
    }

    /// The next bytes.
    mutating func take(_ count: Int) throws(SluiceError) -> ArraySlice<UInt8> {
        guard count <= remaining else { throw Self.damaged }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// A number as LEB128, in its shortest form.
    mutating func varint() throws(SluiceError) -> UInt128 {
        var number: UInt128 = 0
        var shift: UInt128 = 0
        while true {
            let byte = try byte()
            guard shift < 126 || byte < 4, byte != 0 || shift == 0 else { throw Self.damaged }
            number |= UInt128(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    /// A count that is at most `limit`.
    mutating func count(upTo limit: Int = .max) throws(SluiceError) -> Int {
        guard let count = Int(exactly: try varint()), count <= limit else { throw Self.damaged }
        return count
    }

    /// A count of 64 bits.
    mutating func counter() throws(SluiceError) -> UInt64 {
        guard let count = UInt64(exactly: try varint()) else { throw Self.damaged }
        return count
    }

    /// A signed number.
    mutating func signed() throws(SluiceError) -> Int128 {
        let number = try varint()
        return Int128(bitPattern: number >> 1) ^ -Int128(bitPattern: number & 1)
    }

    /// A double that is a number.
    mutating func double() throws(SluiceError) -> Double {
        var bits: UInt64 = 0
        for (index, byte) in try take(8).enumerated() { bits |= UInt64(byte) << UInt64(8 * index) }
        let value = Double(bitPattern: bits)
        guard value.isFinite else { throw Self.damaged }
        return value
    }
}
