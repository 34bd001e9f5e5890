internal import CSimdjson

/// What ends one key of a dissect pattern.
struct DissectStop: Sendable {
    /// The delimiter's place among the delimiters.
    let from: Int
    /// Its length in bytes; 0 where the end of the line ends the key.
    let count: Int
    /// Whether further copies of it are skipped.
    let isPadded: Bool
}

/// Where one key lies in the line.
struct DissectPlace {
    /// Its first byte.
    var from: Int
    /// One behind its last byte.
    var to: Int
}

/// The scan of one line, from left to right: the first byte of each delimiter is searched, then the others
/// are compared.
@unsafe struct DissectScan {
    /// One per key.
    let stops: UnsafeBufferPointer<DissectStop>
    /// The text before the first key, then each stop's delimiter.
    let delimiters: UnsafeBufferPointer<UInt8>

    /// Finds every key; nil when the line has the pattern's shape, else the byte where it has not.
    @inline(__always)
    func line(
        _ start: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>,
        _ places: UnsafeMutablePointer<DissectPlace>
    ) -> Int? {
        let prefix = unsafe stops[0].from
        var at = unsafe start
        if prefix > 0 {
            guard unsafe end - at >= prefix, unsafe isEqual(at, 0, prefix) else { return 0 }
            unsafe at += prefix
        }
        for index in unsafe 0..<stops.count {
            let stop = unsafe stops[index]
            if stop.count == 0 {
                unsafe places[index] = DissectPlace(from: at - start, to: end - start)
                return nil
            }
            guard let found = unsafe find(stop, at, end) else { return unsafe at - start }
            unsafe places[index] = DissectPlace(from: at - start, to: found - start)
            unsafe at = unsafe found + stop.count
            if stop.isPadded {
                while unsafe end - at >= stop.count, unsafe isEqual(at, stop.from, stop.count) {
                    unsafe at += stop.count
                }
            }
        }
        // The pattern ends in text: nothing may follow.
        return unsafe at == end ? nil : at - start
    }

    @inline(__always)
    private func find(
        _ stop: DissectStop,
        _ from: UnsafePointer<UInt8>,
        _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        let first = unsafe delimiters[stop.from]
        var at = unsafe sluice_find(from, end, first)
        while unsafe at < end {
            if unsafe end - at >= stop.count, unsafe isEqual(at, stop.from, stop.count) { return unsafe at }
            unsafe at = unsafe sluice_find(at + 1, end, first)
        }
        return nil
    }

    @inline(__always)
    private func isEqual(_ at: UnsafePointer<UInt8>, _ from: Int, _ count: Int) -> Bool {
        for index in 0..<count where unsafe at[index] != delimiters[from &+ index] { return false }
        return true
    }
}
