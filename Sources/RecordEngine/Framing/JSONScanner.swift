internal import CSimdjson

/// Values of JSON as records: documents one after another, the elements of lists, or the elements of one list
/// within each document.
///
/// What is found between values that does not belong there becomes a rejected record, up to a line feed that
/// an opening bracket follows: there a document begins. Nothing is skipped in silence, and half a document
/// does not swallow the ones behind it (trap J05). How deep values are nested costs nothing here; the parser
/// limits it (trap J04).
final class JSONScanner: RecordScanner {
    /// What becomes a record.
    enum Layout: Sendable, Hashable {
        /// Each document, an object or a list.
        case documents
        /// Each element of the lists that stand on the outside.
        case elements
        /// Each element of the list with this path of names in each document.
        case list([String])
    }

    /// What is expected at the place.
    enum State {
        /// A document, or the end.
        case outside
        /// The rest of a list or object, which is a record.
        case record
        /// The rest of an element that is none of these; or of text that stands where a comma should.
        case scalar
        /// The rest of text that is no document.
        case garbage
        /// An element, or the end of the list.
        case listBegin
        /// An element.
        case listElement
        /// A comma, or the end of the list.
        case listNext
        /// Something of a document that is not a record.
        case envelope
    }

    /// What becomes a record.
    let layout: Layout
    /// What is expected.
    var state = State.outside
    /// Whether the text does not suffice to go on.
    var isStarved = false
    /// What surrounds a list.
    var envelope: JSONEnvelope
    /// Why the record that is being scanned is rejected when it ends.
    private var reason: RejectReason?
    /// What is expected behind the record.
    private var following = State.outside
    private var value = sluice_json_scan()
    /// Whether the place is within a string of a scalar, and behind a backslash there.
    private var isInString = false
    private var isEscaped = false

    /// Makes records of what `layout` says.
    init(_ layout: Layout) {
        self.layout = layout
        if case .list(let path) = layout {
            envelope = JSONEnvelope(path)
        } else {
            envelope = JSONEnvelope([])
        }
    }

    /// Finds the records of the window.
    func scan(
        _ window: UnsafeMutableRawBufferPointer,
        from: Int,
        isLast: Bool,
        into records: RecordAssembler
    ) -> Int {
        var place = from
        if let base = unsafe window.baseAddress?.assumingMemoryBound(to: UInt8.self) {
            let text = unsafe JSONWindow(base: base, count: window.count, isLast: isLast)
            isStarved = false
            while unsafe place < text.count, !isStarved {
                place = unsafe step(text, place, records)
                if records.isFull { return place }
            }
        }
        if isLast { finish(records) }
        return place
    }

    /// Scans something from `place` on, or changes the state; returns where it stopped.
    private func step(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        switch state {
        case .record: return unsafe record(text, place, records)
        case .scalar: return unsafe scalar(text, place, records)
        case .garbage: return unsafe garbage(text, place, records)
        case .envelope: return unsafe surroundings(text, place, records)
        case .outside, .listBegin, .listElement, .listNext:
            let start = unsafe text.skipBlanks(from: place)
            return unsafe start == text.count ? start : unsafe begin(text, start, records)
        }
    }

    /// What the byte at `place`, which is not blank, means between records.
    private func begin(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        let byte = unsafe text.base[place]
        if state == .outside { return unsafe beginDocument(text, place, byte) }
        switch byte {
        case UInt8(ascii: "]"):
            if state == .listElement { unsafe records.reject(text.slice(place, place), .jsonElement) }
            unsafe endList(text.slice(place, place + 1))
            return place + 1
        case UInt8(ascii: ","):
            if state != .listNext { unsafe records.reject(text.slice(place, place), .jsonElement) }
            state = .listElement
            return place + 1
        case UInt8(ascii: "}"):
            unsafe records.reject(text.slice(place, place + 1), .jsonSeparator)
            unsafe endList(text.slice(place, place + 1))
            return place + 1
        default:
            beginValue(byte, reason: state == .listNext ? .jsonSeparator : nil, following: .listNext)
            return place
        }
    }

    private func beginDocument(_ text: JSONWindow, _ place: Int, _ byte: UInt8) -> Int {
        let isList = byte == UInt8(ascii: "[")
        guard isList || byte == UInt8(ascii: "{") else {
            beginGarbage(.jsonOutside)
            return place
        }
        switch layout {
        case .documents: beginValue(byte, reason: nil, following: .outside)
        case .elements where isList:
            state = .listBegin
            return place + 1
        case .elements: beginValue(byte, reason: .jsonNoOuterList, following: .outside)
        case .list:
            envelope.begin(with: byte)
            state = .envelope
            return place + 1
        }
        return place
    }

    private func beginValue(_ byte: UInt8, reason: RejectReason?, following: State) {
        self.reason = reason
        self.following = following
        isInString = false
        isEscaped = false
        value = sluice_json_scan()
        state = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") ? .record : .scalar
    }

    /// Text that is no document begins.
    func beginGarbage(_ reason: RejectReason) {
        self.reason = reason
        following = .outside
        state = .garbage
    }

    private func endList(_ bracket: UnsafeRawBufferPointer) {
        if case .list = layout {
            unsafe envelope.pass(bracket)
            envelope.state = .next
            state = .envelope
        } else {
            state = .outside
        }
    }

    private func endValue(_ records: RecordAssembler) {
        records.end(reason)
        reason = nil
        state = following
    }

    /// A document or element has no end; another one begins.
    private func breakOff(_ records: RecordAssembler) {
        records.end(reason ?? .jsonOpenDocument)
        reason = nil
        state = layout == .elements && following == .listNext ? .listBegin : .outside
    }

    private func record(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        let how = unsafe sluice_json_skip(&value, text.base, place, text.count, text.isLast, &next)
        unsafe records.append(text.slice(place, next))
        switch Int(how) {
        case SLUICE_SCAN_END: endValue(records)
        case SLUICE_SCAN_BREAK: breakOff(records)
        default: isStarved = true
        }
        return next
    }

    /// Up to a comma or closing bracket outside of strings.
    private func scalar(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        while unsafe next < text.count {
            let byte = unsafe text.base[next]
            if byte == Newlines.lineFeed {
                guard let isBreak = unsafe text.isBreak(at: next) else { break }
                if isBreak {
                    unsafe records.append(text.slice(place, next))
                    breakOff(records)
                    return next
                }
                if !isInString { unsafe text.base[next] = UInt8(ascii: " ") }
            }
            if !isInString, Self.endsScalar(byte) {
                unsafe records.append(text.slice(place, next))
                endValue(records)
                return next
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            next += 1
        }
        unsafe records.append(text.slice(place, next))
        isStarved = true
        return next
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }

    /// Up to the next place where a document may begin.
    private func garbage(_ text: JSONWindow, _ place: Int, _ records: RecordAssembler) -> Int {
        var next = place
        while let feed = unsafe Newlines.first(in: text.bytes, from: next) {
            guard let isBreak = unsafe text.isBreak(at: feed) else {
                unsafe records.append(text.slice(place, feed))
                isStarved = true
                return feed
            }
            if isBreak {
                unsafe records.append(text.slice(place, feed))
                endValue(records)
                return feed
            }
            next = feed + 1
        }
        unsafe records.append(text.slice(place, text.count))
        return unsafe text.count
    }

    /// The unit ends.
    private func finish(_ records: RecordAssembler) {
        switch state {
        case .outside: return
        case .record: records.end(reason ?? .jsonOpenDocument)
        case .scalar: records.end(reason ?? .jsonOpenList)
        case .garbage: records.end(reason)
        case .listBegin, .listElement, .listNext:
            unsafe records.reject(UnsafeRawBufferPointer(start: nil, count: 0), .jsonOpenList)
        case .envelope: envelope.reject(into: records, .jsonOpenDocument)
        }
        state = .outside
    }
}
