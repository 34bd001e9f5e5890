internal import RecordEngine
internal import Settings
internal import Testing

/// A time zone of this machine's database.
func zone(_ name: String) throws -> Zone {
    if let fixed = Zone(fixed: name) { return fixed }
    let bytes = try #require(ZoneFiles.system.read(name), "tzdata is not installed: \(name)")
    return try ZoneFile.read(bytes, name: name)
}

/// A layout for reading.
func reading(_ text: String) throws -> TimeLayout { try TimeLayout.compile(text, for: .reading).get() }

/// A layout for writing.
func writing(_ text: String) throws -> TimeLayout { try TimeLayout.compile(text, for: .writing).get() }

/// Reads one text by one layout.
func read(
    _ text: String,
    _ layout: String,
    zone: Zone = .utc,
    near reference: Instant? = nil
) throws -> Result<ReadTime, TimeFault> {
    let reader = TimeReader(layouts: [try reading(layout)], zone: zone)
    var memory = TimeMemory()
    let bytes = Array(text.utf8)
    // The bytes end where the array does: reading behind the text would show under the sanitizer.
    return unsafe bytes.withUnsafeBytes { unsafe reader.read($0, near: reference, &memory) }
}

/// Writes a time; nil where it cannot be written.
func write(_ time: ReadTime, _ layout: String, zone: Zone = .utc) throws -> String? {
    let buffer = ByteBuffer()
    var memory = TimeMemory()
    guard try writing(layout).write(time, in: zone, to: buffer, &memory) else {
        #expect(buffer.count == 0)
        return nil
    }
    return unsafe String(decoding: buffer.bytes, as: UTF8.self)
}

/// Reads by one layout and writes by another; the fault's name where that fails.
func rewrite(
    _ text: String,
    _ layout: String,
    zone: Zone = .utc,
    to other: String = "rfc3339",
    near reference: Instant? = nil
) throws -> String {
    switch try read(text, layout, zone: zone, near: reference) {
    case .success(let time): try write(time, other) ?? "unwritable"
    case .failure(let fault): "\(fault)"
    }
}
