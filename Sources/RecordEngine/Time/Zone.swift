/// What the clocks of a place show: a fixed distance from UTC, or the table of a time zone.
///
/// Immutable, any thread may ask. A table that ends in a rule covers 400 years of it; the Gregorian calendar
/// repeats itself, weekdays included, so that every later year has its twin in the table.
package struct Zone: Sendable, Hashable {
    /// What clocks show in a part of the table.
    struct Kind: Sendable, Hashable {
        /// Seconds that clocks are ahead of UTC.
        var offset: Int
        /// What people call it: `CEST`.
        var abbreviation: [UInt8]
    }

    /// Seconds of 400 years: 146,097 days.
    static let cycleSeconds: Int64 = 12_622_780_800

    /// UTC.
    package static let utc = Zone(name: "UTC", fixedOffset: 0, abbreviation: "UTC")

    /// As the configuration names it.
    package let name: String
    /// When each part begins, in seconds since 1970, rising; the first is `Int64.min`.
    private let starts: [Int64]
    /// The kind of each part.
    private let kindOfPart: [UInt8]
    private let kinds: [Kind]
    /// Times from here on are asked 400 years or a multiple earlier; `Int64.max` where no rule is.
    private let cycleStart: Int64

    /// A fixed distance from UTC in seconds.
    package init(name: String, fixedOffset: Int, abbreviation: String) {
        self.init(
            name: name,
            parts: [(Int64.min, 0)],
            kinds: [Kind(offset: fixedOffset, abbreviation: Array(abbreviation.utf8))],
            cycleStart: Int64.max
        )
    }

    /// Takes a table; the first part begins at `Int64.min`.
    init(name: String, parts: [(start: Int64, kind: Int)], kinds: [Kind], cycleStart: Int64) {
        precondition(parts.first?.start == Int64.min, "A zone's table begins with the first of all times.")
        self.name = name
        starts = parts.map(\.start)
        kindOfPart = parts.map { UInt8($0.kind) }
        self.kinds = kinds
        self.cycleStart = cycleStart
    }

    /// Reads `UTC`, `GMT`, `Z`, `+02:00`, `-0530`, `+02`: zones that need no table; nil for other names.
    package init?(fixed text: String) {
        if text == "UTC" || text == "GMT" || text == "Z" {
            self = .utc
            return
        }
        let bytes = Array(text.utf8)
        let offset: Int? = unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var scan = unsafe TimeScan(at: start, end: start + bytes.count)
            guard unsafe scan.numericZone(), unsafe scan.isAtEnd else { return nil }
            return unsafe scan.parts.offset
        }
        guard let offset else { return nil }
        self.init(name: text, fixedOffset: offset, abbreviation: text)
    }

    /// What clocks show at a time, and from when until when that holds.
    func part(at seconds: Int64) -> ZonePart {
        guard seconds >= cycleStart, seconds < 1 << 50 else { return tablePart(at: seconds) }
        let shift = ((seconds - cycleStart) / Self.cycleSeconds) * Self.cycleSeconds
        var part = tablePart(at: seconds - shift)
        if part.start != Int64.min { part.start += shift }
        if part.end != Int64.max { part.end += shift }
        return part
    }

    /// What people call the time of a part.
    func abbreviation(of part: ZonePart) -> [UInt8] { kinds[part.kind].abbreviation }

    private func tablePart(at seconds: Int64) -> ZonePart {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= seconds { low = middle } else { high = middle }
        }
        let kind = Int(kindOfPart[low])
        return ZonePart(
            start: starts[low],
            end: high < starts.count ? starts[high] : Int64.max,
            offset: kinds[kind].offset,
            kind: kind
        )
    }
}

/// A time during which a zone's clocks keep their distance from UTC; `[start, end)` in seconds since 1970.
struct ZonePart {
    /// The first second.
    var start: Int64
    /// One behind the last second.
    var end: Int64
    /// Seconds that clocks are ahead of UTC.
    var offset: Int
    /// Which of the zone's kinds it is.
    var kind: Int

    /// Holds no time, so that the first question goes to the table.
    static let none = ZonePart(start: 0, end: 0, offset: 0, kind: 0)

    /// Whether a time lies in it.
    @inline(__always)
    func contains(_ seconds: Int64) -> Bool { seconds >= start && seconds < end }

    /// Whether a local time can mean nothing but a time in it: it lies two days from both ends, and no zone
    /// is further than 26 hours from UTC (RFC 8536 section 3.2).
    @inline(__always)
    func surelyContains(local: Int64) -> Bool {
        local > (start == Int64.min ? start : start &+ 172_800)
            && local < (end == Int64.max ? end : end &- 172_800)
    }
}

extension Zone {
    /// The time that clocks showing `local` (seconds since 1970 as if they showed UTC) mean.
    ///
    /// Shown twice: the first. Never shown: as far behind the gap's start as the clock says, that is, shifted
    /// forward by the gap. `memory` is the part that answered last.
    @inline(__always)
    func time(ofLocal local: Int64, _ memory: inout ZonePart) -> (seconds: Int64, isAmbiguous: Bool) {
        if memory.surelyContains(local: local) { return (local &- Int64(memory.offset), false) }
        return slowTime(ofLocal: local, &memory)
    }

    @inline(never)
    private func slowTime(ofLocal local: Int64, _ memory: inout ZonePart) -> (Int64, Bool) {
        // Offsets are above -25 and below 26 hours, so every part that can mean it is met on the way.
        var part = part(at: local - 100_000)
        var found: Int64?
        var count = 0
        var before = part.offset
        while true {
            let time = local - Int64(part.offset)
            if part.contains(time) {
                if found == nil {
                    found = time
                    memory = part
                }
                count += 1
            }
            if time >= part.end { before = part.offset }
            if part.end == Int64.max || part.end > local + 100_000 { break }
            part = self.part(at: part.end)
        }
        if let found { return (found, count > 1) }
        return (local - Int64(before), true)
    }

    /// How far clocks are ahead of UTC at a time.
    @inline(__always)
    func part(at seconds: Int64, _ memory: inout ZonePart) -> ZonePart {
        if !memory.contains(seconds) { memory = part(at: seconds) }
        return memory
    }
}
