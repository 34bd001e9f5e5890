internal import CSimdjson

extension RecordBatch {
    /// What offsets of values, or of names, count from; valid until the arena grows.
    func base(isInArena: Bool) -> UnsafePointer<UInt8> {
        unsafe isInArena ? UnsafePointer(arena.base.assumingMemoryBound(to: UInt8.self)) : text
    }

    /// The name of a field as the inside of a JSON string.
    func escapedName(of field: sluice_field) -> [UInt8] {
        if field.flags & UInt8(SLUICE_NAMED) != 0 { return symbols.escapedName(of: field.symbol) }
        let isInArena = field.flags & UInt8(SLUICE_NAME_IN_ARENA) != 0
        let start = unsafe base(isInArena: isInArena) + Int(field.name_offset)
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(field.name_length)))
    }

    /// A new field: the name, the inside of a JSON string, goes to the arena; the value stays where it is.
    func field(named name: [UInt8], value: JSONMembers.Member, isInArena: Bool) -> sluice_field {
        let offset = arena.count
        unsafe name.withUnsafeBytes { unsafe arena.append($0) }
        var flags = SLUICE_REPLACED | SLUICE_NAME_IN_ARENA
        if isInArena { flags |= SLUICE_IN_ARENA }
        if value.isEscaped { flags |= SLUICE_VALUE_ESCAPED }
        return sluice_field(
            name_offset: UInt32(truncatingIfNeeded: offset),
            name_length: UInt32(truncatingIfNeeded: name.count),
            value_offset: UInt32(truncatingIfNeeded: value.value.lowerBound),
            value_length: UInt32(truncatingIfNeeded: value.value.count),
            symbol: symbol(ofEscaped: name),
            tag: UInt8(truncatingIfNeeded: value.tag),
            flags: UInt8(truncatingIfNeeded: flags)
        )
    }

    /// The symbol of a name that is the inside of a JSON string.
    func symbol(ofEscaped name: [UInt8]) -> UInt16 {
        guard name.contains(UInt8(ascii: "\\")) else {
            return unsafe name.withUnsafeBufferPointer { unsafe symbols.find($0) }
        }
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: name.count + 64) { target, count in
            guard let start = target.baseAddress else { return }
            unsafe count = sluice_json_unescape(name, name.count, start)
        }
        return unsafe plain.withUnsafeBufferPointer { unsafe symbols.find($0) }
    }

    /// Gives a record other fields, with room behind them for those that later steps add.
    func setFields(_ fields: [sluice_field], of record: Int) {
        let place = roomForFields(fields.count + spareFields)
        for (index, field) in fields.enumerated() { unsafe self.fields[place + index] = field }
        unsafe records[record].first_field = UInt32(truncatingIfNeeded: place)
        unsafe records[record].field_count = UInt32(truncatingIfNeeded: fields.count)
        unsafe records[record].is_changed = 1
    }
}
