/// Reads times: the layouts to try, in order, and the zone of texts that name none.
///
/// Immutable; any thread may use it, each with its own `TimeMemory`.
package struct TimeReader: Sendable {
    /// The first that fits is taken.
    let layouts: [TimeLayout]
    /// Where texts without an offset come from.
    let zone: Zone

    /// Takes layouts and a zone.
    package init(layouts: [TimeLayout], zone: Zone) {
        self.layouts = layouts
        self.zone = zone
    }

    /// Reads a text, without looking at blanks around it.
    ///
    /// A text without a year lies in the year that brings it nearest to `reference`.
    package func read(
        _ text: UnsafeRawBufferPointer,
        near reference: Instant?,
        _ memory: inout TimeMemory
    ) -> Result<ReadTime, TimeFault> {
        guard let base = text.baseAddress else { return .failure(.malformed) }
        var start = unsafe base.assumingMemoryBound(to: UInt8.self)
        var end = unsafe start + text.count
        while unsafe start < end, unsafe Self.isBlank(start.pointee) { unsafe start += 1 }
        while unsafe start < end, unsafe Self.isBlank((end - 1).pointee) { unsafe end -= 1 }
        var fault = TimeFault.malformed
        for index in 0..<layouts.count {
            var scan = unsafe TimeScan(at: start, end: end)
            guard unsafe scan.layout(layouts[index]) else { continue }
            switch unsafe scan.parts.time(in: zone, near: reference, &memory.part) {
            case .success(let time): return .success(time)
            case .failure(let found): if found != .malformed { fault = found }
            }
        }
        return .failure(fault)
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}

/// What a thread remembers from one time to the next: the part of a zone, which mostly is the same.
package struct TimeMemory {
    /// The part that was used last.
    var part = ZonePart.none

    /// Remembers nothing; belongs to one zone.
    package init() {}
}
