/// Reads a time zone from the bytes of a TZif file, versions 1 to 4 (RFC 9636, which replaces RFC 8536).
///
/// Pure, and safe with any bytes. Zones that count leap seconds (`right/…`) are refused: POSIX time counts
/// none.
package struct ZoneFile {
    /// Why bytes are no zone.
    package struct Mistake: Error, Hashable {
        /// A sentence.
        package let message: String
    }

    /// More transitions than any real file has; `UInt8` numbers the kinds.
    private static let maximumTransitions = 10_000
    /// The first year that a footer's rule is written out for, where the file has no transition.
    private static let firstRuleYear = 1_970

    private let bytes: [UInt8]
    private var at = 0

    /// Reads a whole file.
    package static func read(_ bytes: [UInt8], name: String) throws(Mistake) -> Zone {
        var file = ZoneFile(bytes: bytes)
        return try file.zone(name)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The counts of a header, in its order.
    private struct Header {
        var version: UInt8
        var utCount, standardCount, leapCount, timeCount, typeCount, characterCount: Int

        /// Bytes of the data block, with times of so many bytes.
        func dataBytes(timeBytes: Int) -> Int {
            timeCount * (timeBytes + 1) + typeCount * 6 + characterCount + leapCount * (timeBytes + 4)
                + standardCount + utCount
        }
    }

    private mutating func zone(_ name: String) throws(Mistake) -> Zone {
        var header = try header()
        var timeBytes = 4
        if header.version > 0 {
            at += header.dataBytes(timeBytes: 4)
            header = try self.header()
            timeBytes = 8
        }
        guard header.dataBytes(timeBytes: timeBytes) <= bytes.count - at else {
            throw Mistake(message: "The file ends early.")
        }
        guard header.leapCount == 0 else { throw Mistake(message: "The zone counts leap seconds.") }
        guard header.timeCount <= Self.maximumTransitions, (1...200).contains(header.typeCount) else {
            throw Mistake(message: "The file has too many or no kinds of time.")
        }
        let times = (0..<header.timeCount).map { integer(at: at + $0 * timeBytes, bytes: timeBytes) }
        at += header.timeCount * timeBytes
        let numbers = bytes[at..<(at + header.timeCount)].map(Int.init)
        at += header.timeCount
        var kinds = try self.kinds(header)
        guard numbers.allSatisfy({ $0 < kinds.count }), zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Mistake(message: "The transitions are not in order.") }
        // A little behind the year 9999: with it the arithmetic of rules cannot overflow.
        guard times.allSatisfy({ $0 < 1 << 38 }) else {
            throw Mistake(message: "The transitions are too far away.")
        }
        at += header.leapCount * (timeBytes + 4) + header.standardCount + header.utCount
        // Before the first transition: type 0 (RFC 9636 section 3.2).
        var parts = [(start: Int64.min, kind: 0)]
        for (time, number) in zip(times, numbers) { parts.append((time, number)) }
        var cycleStart = Int64.max
        if timeBytes == 8, let rule = try footer() {
            cycleStart = Self.extend(&parts, &kinds, by: rule)
        }
        return Zone(name: name, parts: parts, kinds: kinds, cycleStart: cycleStart)
    }

    private mutating func header() throws(Mistake) -> Header {
        guard at + 44 <= bytes.count, bytes[at..<(at + 4)].elementsEqual("TZif".utf8) else {
            throw Mistake(message: "The file is no TZif file.")
        }
        let version = bytes[at + 4]
        let counts = (0..<6).map { Int(integer(at: at + 20 + $0 * 4, bytes: 4)) }
        at += 44
        guard counts.allSatisfy({ (0...1_000_000).contains($0) }) else {
            throw Mistake(message: "The file has impossible counts.")
        }
        return Header(
            version: version,
            utCount: counts[0],
            standardCount: counts[1],
            leapCount: counts[2],
            timeCount: counts[3],
            typeCount: counts[4],
            characterCount: counts[5]
        )
    }

    private mutating func kinds(_ header: Header) throws(Mistake) -> [Zone.Kind] {
        let names = bytes[(at + header.typeCount * 6)..<(at + header.typeCount * 6 + header.characterCount)]
        var kinds: [Zone.Kind] = []
        for index in 0..<header.typeCount {
            let place = at + index * 6
            let offset = Int(integer(at: place, bytes: 4))
            let first = Int(bytes[place + 5])
            // Section 3.2: -25 hours to 26 hours, both excluded.
            guard (-89_999...93_599).contains(offset), first < names.count else {
                throw Mistake(message: "The file has an impossible kind of time.")
            }
            let abbreviation = names.dropFirst(first).prefix { $0 != 0 }
            kinds.append(Zone.Kind(offset: offset, abbreviation: Array(abbreviation)))
        }
        at += header.typeCount * 6 + header.characterCount
        return kinds
    }

    /// The rule for times behind the last transition; nil where there is none.
    private func footer() throws(Mistake) -> ZoneRule? {
        guard at < bytes.count, bytes[at] == 0x0A else { throw Mistake(message: "The footer is missing.") }
        let line = bytes[(at + 1)...].prefix { $0 != 0x0A }
        guard at + 1 + line.count < bytes.count else { throw Mistake(message: "The footer has no end.") }
        if line.isEmpty { return nil }
        guard let rule = ZoneRule(Array(line)) else {
            throw Mistake(message: "The footer is no rule: '\(String(decoding: line, as: UTF8.self))'.")
        }
        return rule
    }

    /// A big-endian number in two's complement; the range is inside the file.
    private func integer(at place: Int, bytes count: Int) -> Int64 {
        var value: Int64 = 0
        for index in 0..<count { value = value << 8 | Int64(bytes[place + index]) }
        return count == 4 ? Int64(Int32(truncatingIfNeeded: value)) : value
    }

    /// Writes a rule out for 400 years and a margin; returns from when on its years repeat.
    private static func extend(
        _ parts: inout [(start: Int64, kind: Int)],
        _ kinds: inout [Zone.Kind],
        by rule: ZoneRule
    ) -> Int64 {
        let standard = kinds.count
        kinds.append(rule.standard)
        let last = parts[parts.count - 1].start
        guard let summer = rule.summer else {
            // Nothing changes any more, so the last transition led to the rule's own kind.
            if parts.count == 1 { parts[0].kind = standard }
            return Int64.max
        }
        kinds.append(summer.kind)
        let isOnlyRule = last == Int64.min
        let firstYear = isOnlyRule ? firstRuleYear : CivilDate(days: Int(last / 86_400)).year
        let middle = firstYear + 1
        for year in firstYear...(middle + 401) {
            let start = summer.start.seconds(in: year) - Int64(rule.standard.offset)
            let end = summer.end.seconds(in: year) - Int64(summer.kind.offset)
            let pair = [(start: start, kind: standard + 1), (start: end, kind: standard)]
            for part in start <= end ? pair : pair.reversed() where part.start > last { parts.append(part) }
        }
        if isOnlyRule { parts[0].kind = standard }
        // Years of a rule meet at their ends where summer lasts all year: later ones win.
        parts = parts.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
            .map(\.element)
        return Int64(CivilDate(year: middle, month: 1, day: 1).days) * 86_400
    }
}
