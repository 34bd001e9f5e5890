internal import CSimdjson

/// What surrounds an exploded list: names are compared, values passed over.
extension JSONScanner {
    /// Scans what is no record, from `place` on; returns where it stopped.
    func surroundings(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        switch envelope.state {
        case .skipped: return unsafe skipped(text, place, records)
        case .name: return unsafe name(text, place, records)
        case .scalar: return unsafe scalarMember(text, place, records)
        case .first, .member, .colon, .value, .next:
            let start = unsafe text.skipBlanks(from: place)
            unsafe envelope.pass(text.slice(place, start))
            return unsafe start == text.count ? start : unsafe token(text, start, records)
        }
    }

    /// The byte at `place`, which is not blank, where a token is expected.
    private func token(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        let byte = unsafe text.base[place]
        let before = envelope.previous
        switch (envelope.state, byte) {
        case (.first, UInt8(ascii: "\"")), (.member, UInt8(ascii: "\"")): envelope.beginName()
        case (.colon, UInt8(ascii: ":")): envelope.state = .value
        case (.next, UInt8(ascii: ",")): envelope.state = .member
        case (.next, UInt8(ascii: "}")), (.first, UInt8(ascii: "}")):
            unsafe envelope.pass(text.slice(place, place + 1))
            if envelope.leave() { endDocument(records) }
            return place + 1
        case (.value, _) where !Self.cannotBegin(byte):
            if envelope.enter(byte) { state = .listBegin }
        default: return malformed(place, byte, before, records)
        }
        unsafe envelope.pass(text.slice(place, place + 1))
        return place + 1
    }

    private static func cannotBegin(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
            || byte == UInt8(ascii: ":")
    }

    private func endDocument(_ records: RecordAssembler) {
        if !envelope.hasList { envelope.reject(into: records, .jsonNoList) }
        state = .outside
    }

    /// Something that no document goes on with: what was passed and what follows is rejected, up to where a
    /// document may begin.
    private func malformed(
        _ place: Int,
        _ byte: UInt8,
        _ before: UInt8,
        _ records: RecordAssembler
    ) -> Int {
        let isOpening = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        if isOpening, before == Newlines.lineFeed {
            envelope.reject(into: records, .jsonOpenDocument)
            state = .outside
            return place
        }
        unsafe envelope.prefix.withUnsafeBytes { unsafe records.append($0) }
        beginGarbage(.jsonEnvelope)
        return place
    }

    private func skipped(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        let how = unsafe sluice_json_skip(
            &envelope.value,
            text.base,
            place,
            text.count,
            text.isLast,
            &next
        )
        unsafe envelope.pass(text.slice(place, next))
        switch Int(how) {
        case SLUICE_SCAN_END:
            if envelope.level >= 0 { envelope.state = .next } else { endDocument(records) }
        case SLUICE_SCAN_BREAK:
            envelope.reject(into: records, .jsonOpenDocument)
            state = .outside
        default: isStarved = true
        }
        return next
    }

    private func name(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        while unsafe next < text.count {
            let byte = unsafe text.base[next]
            if byte == Newlines.lineFeed {
                unsafe envelope.pass(text.slice(place, next))
                return malformed(next, byte, 0, records)
            }
            next += 1
            if byte == UInt8(ascii: "\""), !envelope.isEscaped {
                envelope.state = .colon
                break
            }
            envelope.isEscaped = byte == UInt8(ascii: "\\") && !envelope.isEscaped
            envelope.appendToName(byte)
        }
        unsafe envelope.pass(text.slice(place, next))
        return next
    }

    /// The rest of a string, number or literal.
    private func scalarMember(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        while unsafe next < text.count {
            let byte = unsafe text.base[next]
            if envelope.isInString, byte == Newlines.lineFeed {
                unsafe envelope.pass(text.slice(place, next))
                return malformed(next, byte, 0, records)
            }
            let ends = byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == Newlines.lineFeed
            if !envelope.isInString, ends {
                envelope.state = .next
                break
            }
            next += 1
            if byte == UInt8(ascii: "\""), !envelope.isEscaped { envelope.isInString.toggle() }
            envelope.isEscaped = byte == UInt8(ascii: "\\") && !envelope.isEscaped
        }
        unsafe envelope.pass(text.slice(place, next))
        return next
    }
}
