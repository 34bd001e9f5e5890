internal import EventModel

/// Writes integers and strings compactly: LEB128 varints (https://dwarfstd.org, section 7.6), strings with
/// their length before them.
struct CompactWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    /// Appends an integer in 1 to 10 bytes.
    mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Appends a string.
    mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads what `CompactWriter` wrote; whatever is missing or malformed reads as nil.
struct CompactReader {
    private var rest: ArraySlice<UInt8>

    /// Reads from the beginning.
    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next integer.
    mutating func integer() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    /// The next string.
    mutating func string() -> String? {
        guard let count = integer(), count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
    }
}

extension FailureRecord {
    /// The record as it is stored.
    var stored: [UInt8] {
        var writer = CompactWriter()
        writer.append(code)
        writer.append(message)
        if let hint { writer.append(hint) }
        return writer.bytes
    }

    /// Reads a stored record; nil when there is none.
    init?(stored: [UInt8]) {
        var reader = CompactReader(stored)
        guard let code = reader.string(), let message = reader.string() else { return nil }
        self.init(code: code, message: message, hint: reader.string())
    }
}

extension DeliveryStatistics {
    /// The statistics as they are stored: the tally's presence and numbers, bytes, duration, warnings,
    /// outputs, notes and members.
    ///
    /// A new part is only ever appended: what an older version stored reads as if it were empty.
    var stored: [UInt8] {
        var writer = CompactWriter()
        writer.append(tally == nil ? 0 : 1)
        if let tally {
            for count in [
                tally.input, tally.created, tally.output, tally.dropped, tally.rejected, tally.deduplicated,
                tally.aggregated,
            ] { writer.append(count) }
        }
        writer.append(bytesIn)
        writer.append(bytesOut)
        writer.append(UInt64(bitPattern: duration.components.seconds))
        writer.append(UInt64(bitPattern: duration.components.attoseconds))
        writer.append(UInt64(warnings.count))
        for warning in warnings { writer.append(warning) }
        writer.append(outputs)
        writer.append(UInt64(notes.count))
        for note in notes { writer.append(note) }
        if let members {
            writer.append(1)
            members.write(to: &writer)
        }
        return writer.bytes
    }

    /// Reads stored statistics; nil when there are none.
    init?(stored: [UInt8]) {
        guard !stored.isEmpty else { return nil }
        self.init()
        var reader = CompactReader(stored)
        if reader.integer() == 1 {
            var tally = RecordTally()
            tally.input = reader.integer() ?? 0
            tally.created = reader.integer() ?? 0
            tally.output = reader.integer() ?? 0
            tally.dropped = reader.integer() ?? 0
            tally.rejected = reader.integer() ?? 0
            tally.deduplicated = reader.integer() ?? 0
            tally.aggregated = reader.integer() ?? 0
            self.tally = tally
        }
        bytesIn = reader.integer() ?? 0
        bytesOut = reader.integer() ?? 0
        duration = Duration(
            secondsComponent: Int64(bitPattern: reader.integer() ?? 0),
            attosecondsComponent: Int64(bitPattern: reader.integer() ?? 0)
        )
        for _ in 0..<(reader.integer() ?? 0) {
            guard let warning = reader.string() else { break }
            warnings.append(warning)
        }
        outputs = reader.integer() ?? 0
        for _ in 0..<(reader.integer() ?? 0) {
            guard let note = reader.string() else { break }
            notes.append(note)
        }
        if reader.integer() == 1 { members = MemberTally(&reader) }
    }
}

extension MemberTally {
    /// Counts, reasons in their order, names.
    fileprivate func write(to writer: inout CompactWriter) {
        for count in [seen, written, rejected, UInt64(skipped.count)] { writer.append(count) }
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) {
            writer.append(reason)
            writer.append(count)
        }
        writer.append(UInt64(rejectedNames.count))
        for member in rejectedNames {
            writer.append(member.name)
            writer.append(member.code)
            writer.append(member.reason)
        }
    }

    /// Reads what `write` wrote.
    fileprivate init(_ reader: inout CompactReader) {
        self.init()
        seen = reader.integer() ?? 0
        written = reader.integer() ?? 0
        rejected = reader.integer() ?? 0
        for _ in 0..<(reader.integer() ?? 0) {
            guard let reason = reader.string() else { break }
            skipped[reason] = reader.integer() ?? 0
        }
        for _ in 0..<(reader.integer() ?? 0) {
            guard let name = reader.string(), let code = reader.string(), let reason = reader.string() else {
                break
            }
            rejectedNames.append(Rejected(name: name, code: code, reason: reason))
        }
    }
}
