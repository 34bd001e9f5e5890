internal import EventModel

/// The extra fields of a header (sections 4.5.1 to 4.5.3), looked through once.
struct ZipExtra {
    /// The numbers of zip64's field that were not asked for, the first of them last.
    private var wide: [UInt64] = []
    /// Whether there is a field of zip64.
    private(set) var hasWide = false
    private var isMalformed = false
    /// From the field "extended timestamp" (Info-ZIP's proginfo/extrafld.txt, 0x5455): UTC.
    private(set) var modified: Timestamp?

    /// Reads all fields.
    init(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while bytes.count - position >= 4 {
            let kind = unsafe bytes.little(position, as: UInt16.self)
            let length = unsafe Int(bytes.little(position + 2, as: UInt16.self))
            position += 4
            guard length <= bytes.count - position else {
                isMalformed = true
                return
            }
            if kind == 1 {
                // Twice the same field: readers take the first or the last.
                if hasWide { isMalformed = true }
                hasWide = true
                for index in (0..<(length / 8)).reversed() {
                    wide.append(unsafe bytes.little(position + 8 * index, as: UInt64.self))
                }
            } else if kind == 0x5455, length >= 5, unsafe bytes[position] & 1 != 0 {
                let seconds = unsafe Int64(bytes.little(position + 1, as: Int32.self))
                modified = Timestamp(nanoseconds: seconds * 1_000_000_000)
            }
            position += length
        }
        // Tools that align data pad with zeros.
        for index in position..<bytes.count where unsafe bytes[index] != 0 { isMalformed = true }
    }

    /// A number of the header, or the next one of zip64's field where the header's says to look there.
    ///
    /// Asked for in the field's order: text, compressed, offset (section 4.5.3). Throws where the fields are
    /// malformed.
    mutating func widened(_ number: UInt64) throws(SluiceError) -> UInt64 {
        guard !isMalformed else { throw ZipError.corrupt("the extra fields of an entry are malformed") }
        guard number == UInt64(UInt32.max), hasWide else { return number }
        guard let value = wide.popLast() else {
            throw ZipError.corrupt("the zip64 field of an entry is too short")
        }
        return value
    }
}
