extension TimeLayout {
    /// Appends a time as the clocks of `zone` show it; nothing, and false, where the year has no four digits
    /// there.
    ///
    /// `memory` belongs to the thread and the zone.
    package func write(
        _ time: ReadTime,
        in zone: Zone,
        to output: ByteBuffer,
        _ memory: inout TimeMemory
    ) -> Bool {
        let part = zone.part(at: time.instant.seconds, &memory.part)
        var offset = part.offset
        // RFC 3339 section 4.2 has no seconds in an offset: the local time is that of the whole minutes.
        if name == .rfc3339 || name == .iso8601 { offset -= offset % 60 }
        let local = time.instant.seconds &+ Int64(offset)
        guard Instant.secondsOfFourDigitYears.contains(local) else { return false }
        output.reserve(maximumBytes)
        let start = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
        var writer = unsafe TimeWriter(at: start, time: time)
        switch name {
        case .rfc3339, .iso8601:
            unsafe writer.setClock(local, offset: offset)
            unsafe writer.rfc3339()
        case .clf:
            unsafe writer.setClock(local, offset: offset)
            unsafe writer.clf()
        case .epoch: unsafe writer.epoch()
        case .epochSeconds: unsafe writer.epoch(unit: 1, nanosecondsPerUnit: 1_000_000_000)
        case .epochMilliseconds: unsafe writer.epoch(unit: 1_000, nanosecondsPerUnit: 1_000_000)
        case .epochMicroseconds: unsafe writer.epoch(unit: 1_000_000, nanosecondsPerUnit: 1_000)
        case .epochNanoseconds: unsafe writer.epoch(unit: 1_000_000_000, nanosecondsPerUnit: 1)
        default:
            unsafe writer.setClock(local, offset: offset)
            unsafe items.withUnsafeBufferPointer { unsafe writer.pattern($0, zone, part) }
        }
        output.count &+= unsafe writer.at - start
        return true
    }
}

/// Writes the parts of one time; the buffer has room.
@unsafe private struct TimeWriter {
    /// Where the next byte goes.
    var at: UnsafeMutablePointer<UInt8>
    private let time: ReadTime
    private var date = CivilDate(year: 1_970, month: 1, day: 1)
    private var days = 0
    private var hour = 0
    private var minute = 0
    private var second = 0
    private var offset = 0

    /// Takes a time; what counts from 1970 needs no more.
    @inline(__always)
    init(at: UnsafeMutablePointer<UInt8>, time: ReadTime) {
        unsafe self.at = unsafe at
        unsafe self.time = time
    }

    /// Takes what clocks show.
    @inline(__always)
    mutating func setClock(_ local: Int64, offset: Int) {
        // The local time is that of the years 0000 to 9999: counted from the year 0000 it is not negative.
        let start = Instant.secondsOfFourDigitYears.lowerBound
        let fromStart = UInt64(bitPattern: local &- start)
        let dayNumber = fromStart / 86_400
        let seconds = UInt32(truncatingIfNeeded: fromStart &- dayNumber &* 86_400)
        unsafe self.offset = offset
        unsafe days = Int(dayNumber) &+ Int(start / 86_400)
        unsafe date = unsafe CivilDate(days: days)
        unsafe hour = Int(seconds / 3_600)
        unsafe minute = Int(seconds / 60 % 60)
        unsafe second = Int(seconds % 60)
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        unsafe at.pointee = byte
        unsafe at += 1
    }

    @inline(__always)
    private mutating func two(_ value: Int) {
        let value = UInt32(truncatingIfNeeded: value)
        unsafe at[0] = 0x30 &+ UInt8(truncatingIfNeeded: value / 10)
        unsafe at[1] = 0x30 &+ UInt8(truncatingIfNeeded: value % 10)
        unsafe at += 2
    }

    @inline(__always)
    private mutating func four(_ value: Int) {
        let value = UInt32(truncatingIfNeeded: value)
        unsafe two(Int(value / 100))
        unsafe two(Int(value % 100))
    }

    /// The first digits of a number of nanoseconds.
    @inline(__always)
    private mutating func fraction(_ digits: Int, of nanoseconds: UInt32) {
        var rest = nanoseconds
        var places = 9
        if digits <= 3 {
            rest /= 1_000_000
            places = 3
        } else if digits <= 6 {
            rest /= 1_000
            places = 6
        }
        for place in stride(from: places &- 1, through: 0, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            if place < digits { unsafe at[place] = 0x30 &+ digit }
        }
        unsafe at += digits
    }

    @inline(__always)
    private mutating func fraction(_ digits: Int) { unsafe fraction(digits, of: time.instant.nanoseconds) }

    /// `2026-11-21T03:07:00.123Z`.
    @inline(__always)
    mutating func rfc3339() {
        unsafe four(date.year)
        unsafe put(UInt8(ascii: "-"))
        unsafe two(date.month)
        unsafe put(UInt8(ascii: "-"))
        unsafe two(date.day)
        unsafe put(UInt8(ascii: "T"))
        unsafe two(hour)
        unsafe put(UInt8(ascii: ":"))
        unsafe two(minute)
        unsafe put(UInt8(ascii: ":"))
        unsafe two(second)
        if unsafe time.fractionDigits > 0 {
            unsafe put(UInt8(ascii: "."))
            unsafe fraction(time.fractionDigits)
        }
        unsafe offset == 0 ? put(UInt8(ascii: "Z")) : zone(separator: UInt8(ascii: ":"))
    }

    /// `21/Nov/2026:03:07:00 +0000`.
    @inline(__always)
    mutating func clf() {
        unsafe two(date.day)
        unsafe put(UInt8(ascii: "/"))
        let name = unsafe TimeNames.months.utf8Start + (date.month &- 1) &* TimeNames.width
        for place in 0..<3 { unsafe put(name[place]) }
        unsafe put(UInt8(ascii: "/"))
        unsafe four(date.year)
        unsafe put(UInt8(ascii: ":"))
        unsafe two(hour)
        unsafe put(UInt8(ascii: ":"))
        unsafe two(minute)
        unsafe put(UInt8(ascii: ":"))
        unsafe two(second)
        unsafe put(0x20)
        unsafe zone(separator: nil)
    }

    /// `+hhmm`, with a separator where one is given; seconds only where there are some.
    private mutating func zone(separator: UInt8?) {
        let size = unsafe offset < 0 ? 0 - offset : offset
        unsafe put(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        unsafe two(size / 3_600)
        if let separator { unsafe put(separator) }
        unsafe two(size / 60 % 60)
        if size % 60 == 0 { return }
        if let separator { unsafe put(separator) }
        unsafe two(size % 60)
    }

    /// Units of 10^-n seconds since 1970, rounded down.
    mutating func epoch(unit: Int64, nanosecondsPerUnit: UInt32) {
        let seconds = unsafe time.instant.seconds
        let rest = unsafe Int64(time.instant.nanoseconds / nanosecondsPerUnit)
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: unit)
        if overflow {
            unsafe wide(Int128(seconds) * Int128(unit) + Int128(rest))
        } else {
            unsafe integer(scaled &+ rest)
        }
    }

    /// Seconds since 1970 with the fraction that was read.
    mutating func epoch() {
        var seconds = unsafe time.instant.seconds
        if seconds < 0, unsafe time.instant.nanoseconds > 0, unsafe time.fractionDigits > 0 {
            // Written towards zero: -1.5 is two seconds before 1970 and half a second behind that.
            unsafe put(UInt8(ascii: "-"))
            seconds = 0 &- (seconds &+ 1)
            unsafe integer(seconds)
            unsafe put(UInt8(ascii: "."))
            unsafe fraction(time.fractionDigits, of: 1_000_000_000 &- time.instant.nanoseconds)
            return
        }
        unsafe integer(seconds)
        guard unsafe time.fractionDigits > 0 else { return }
        unsafe put(UInt8(ascii: "."))
        unsafe fraction(time.fractionDigits)
    }

    private mutating func wide(_ value: Int128) {
        for byte in String(value).utf8 { unsafe put(byte) }
    }

    @inline(__always)
    private mutating func integer(_ value: Int64) {
        if value < 0 { unsafe put(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var length = 1
        var limit: UInt64 = 10
        while length < 19, rest >= limit {
            length &+= 1
            limit = limit &* 10
        }
        for place in stride(from: length &- 1, through: 0, by: -1) {
            unsafe at[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        unsafe at += length
    }
}

extension TimeWriter {
    /// Writes the elements of a pattern.
    fileprivate mutating func pattern(
        _ items: UnsafeBufferPointer<TimeLayout.Item>,
        _ zone: borrowing Zone,
        _ part: ZonePart
    ) {
        for index in 0..<items.count {
            let item = unsafe items[index]
            switch item.kind {
            case .literal, .anySpace: unsafe put(item.argument)
            case .space: unsafe put(0x20)
            case .year: unsafe four(date.year)
            case .shortYear: unsafe two(date.year % 100)
            case .month: unsafe two(date.month)
            case .day: unsafe two(date.day)
            case .paddedDay:
                unsafe put(date.day < 10 ? 0x20 : 0x30 &+ UInt8(date.day / 10))
                unsafe put(0x30 &+ UInt8(date.day % 10))
            case .dayOfYear:
                let day = unsafe date.dayOfYear
                unsafe put(0x30 &+ UInt8(day / 100))
                unsafe two(day % 100)
            case .hour: unsafe two(hour)
            case .hour12: unsafe two(hour % 12 == 0 ? 12 : hour % 12)
            case .minute: unsafe two(minute)
            case .second: unsafe two(second)
            case .fraction:
                unsafe fraction(item.argument == 0 ? max(1, time.fractionDigits) : Int(item.argument))
            case .half:
                unsafe put(hour < 12 ? UInt8(ascii: "A") : UInt8(ascii: "P"))
                unsafe put(UInt8(ascii: "M"))
            case .offset: unsafe self.zone(separator: nil)
            case .colonOffset: unsafe self.zone(separator: UInt8(ascii: ":"))
            case .zoneName: for byte in zone.abbreviation(of: part).prefix(12) { unsafe put(byte) }
            case .monthShort: unsafe name(TimeNames.months, date.month &- 1, most: 3)
            case .monthFull: unsafe name(TimeNames.months, date.month &- 1, most: TimeNames.width)
            case .dayShort: unsafe name(TimeNames.days, CivilDate.weekday(ofDays: days), most: 3)
            case .dayFull:
                unsafe name(TimeNames.days, CivilDate.weekday(ofDays: days), most: TimeNames.width)
            case .epochSeconds: unsafe integer(time.instant.seconds)
            }
        }
    }

    private mutating func name(_ names: StaticString, _ index: Int, most: Int) {
        for place in 0..<min(TimeNames.length(names, index), most) {
            unsafe put(names.utf8Start[index &* TimeNames.width &+ place])
        }
    }
}
