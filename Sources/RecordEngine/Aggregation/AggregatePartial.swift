internal import CISAL
internal import EventModel

/// A table as bytes: the groups of one object, or of many, to be merged with those of others.
///
/// `SLUAGG`, a version of two bytes, the signature of the step (32 bytes), the number of records, the number
/// of groups, the groups in the order of their keys, and a CRC-32 (that of gzip) of all that.
///
/// Of each key only what differs from the one before is written. The same groups make the same bytes, in
/// whatever order they were folded and merged, except for sums of numbers that are not exact.
enum AggregatePartial {
    /// Raised whenever the layout changes.
    static let magic: [UInt8] = Array("SLUAGG".utf8) + [0, 1]
    private static let frameBytes = magic.count + 32 + 4

    /// Writes a table.
    static func write(_ table: AggregateTable) -> [UInt8] {
        let output = ByteBuffer()
        output.appendVarint(UInt128(table.records))
        output.appendVarint(table.count)
        var before: Int?
        for group in table.sorted() {
            write(table, group, behind: before, to: output)
            before = group
        }
        return seal(unsafe Array(output.bytes), signature: table.plan.signature)
    }

    /// Puts the frame around what the groups are written as.
    static func seal(_ body: [UInt8], signature: [UInt8]) -> [UInt8] {
        var bytes = magic + signature + body
        let checksum = checksum(of: bytes[...])
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: checksum >> UInt32(8 * shift))) }
        return bytes
    }

    /// Reads a table; throws where the bytes are damaged, or of another step.
    static func read(_ bytes: [UInt8], _ plan: AggregatePlan) throws(SluiceError) -> AggregateTable {
        guard bytes.count > frameBytes, bytes.starts(with: magic.prefix(6)) else {
            throw PartialReader.damaged
        }
        var stored: UInt32 = 0
        for (index, byte) in bytes.suffix(4).enumerated() { stored |= UInt32(byte) << UInt32(8 * index) }
        guard stored == checksum(of: bytes.dropLast(4)) else { throw PartialReader.damaged }
        let signature = bytes[magic.count..<magic.count + 32]
        guard bytes.starts(with: magic), signature.elementsEqual(plan.signature) else {
            throw SluiceError(
                .engineForeignPartial,
                "The partial result was made by another function, or by another version of this one.",
                hint: "Fold the objects again with the function as it is now."
            )
        }
        var reader = PartialReader(bytes[(magic.count + 32)..<bytes.count - 4])
        return try PartialDecoder(plan).read(&reader)
    }

    private static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            return unsafe crc32_gzip_refl(0, base, UInt64(bytes.count))
        }
    }

    private static func write(
        _ table: AggregateTable,
        _ group: Int,
        behind before: Int?,
        to output: ByteBuffer
    ) {
        let key = unsafe table.key(group)
        var shared = 0
        if let before {
            let other = unsafe table.key(before)
            while shared < key.count, shared < other.count, unsafe key[shared] == other[shared] {
                shared += 1
            }
        }
        output.appendVarint(shared)
        output.appendVarint(key.count - shared)
        unsafe output.append(UnsafeRawBufferPointer(rebasing: key[shared...]))
        for value in table.plan.values { write(table, group, value, to: output) }
    }

    private static func write(
        _ table: AggregateTable,
        _ group: Int,
        _ value: AggregatePlan.Value,
        to output: ByteBuffer
    ) {
        switch value.function {
        case .count: unsafe output.appendVarint(UInt128(table.counter(value, of: group).pointee))
        case .sum, .avg: unsafe write(table.sum(value, of: group).pointee, to: output)
        case .min, .max:
            let state = unsafe table.bound(value, of: group).pointee
            output.append(!state.isSet ? 0 : state.number.isExact ? 1 : 2)
            if !state.isSet { break }
            if state.number.isExact {
                output.appendSigned(state.number.units)
            } else {
                output.appendDouble(state.number.double)
            }
        case .distinct: write(table.distincts[table.distinctIndex(value, of: group)], to: output)
        case .quantile: write(table.quantiles[table.quantileIndex(value, of: group)], to: output)
        }
    }

    private static func write(_ state: SumState, to output: ByteBuffer) {
        output.appendVarint(UInt128(state.count))
        if state.count == 0 { return }
        output.appendVarint(UInt128(state.inexactCount))
        output.appendSigned(state.units)
        if state.inexactCount == 0 { return }
        // A sum beyond the range of doubles stays one: no number is added to it that brings it back.
        output.appendVarint(UInt128(state.rest.bitPattern))
        output.appendVarint(UInt128(state.correction.bitPattern))
    }

    private static func write(_ sketch: DistinctSketch, to output: ByteBuffer) {
        output.append(sketch.registers.isEmpty ? 0 : 1)
        if !sketch.registers.isEmpty {
            unsafe sketch.registers.withUnsafeBytes { unsafe output.append($0) }
            return
        }
        output.appendVarint(sketch.sparse.count)
        var next = 0
        for entry in sketch.sparse {
            output.appendVarint(Int(entry >> 8) - next)
            output.append(UInt8(truncatingIfNeeded: entry))
            next = Int(entry >> 8) + 1
        }
    }

    private static func write(_ sketch: QuantileSketch, to output: ByteBuffer) {
        output.appendVarint(sketch.buckets.count)
        guard let first = sketch.buckets.first else { return }
        output.appendDouble(sketch.minimum)
        output.appendDouble(sketch.maximum)
        output.appendSigned(Int128(first.key))
        var before = first.key
        for bucket in sketch.buckets {
            output.appendVarint(UInt128(bucket.key - before))
            output.appendVarint(UInt128(bucket.count))
            before = bucket.key
        }
    }
}
