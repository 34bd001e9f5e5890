internal import EventModel
internal import EventProcessing
internal import Foundation
internal import RecordEngine
internal import Settings
internal import Testing

extension LocalClock {
    /// The clock of a zone of this machine's database.
    static func of(_ name: String) throws -> LocalClock {
        if name == "UTC" { return .utc }
        let bytes = try #require(ZoneFiles.system.read(name), "tzdata is not installed: \(name)")
        let zone = try ZoneFile.read(bytes, name: name)
        return LocalClock(name: name) { seconds in
            let part = zone.offset(at: seconds)
            return Part(start: part.start, end: part.end, offset: Int64(part.offset))
        }
    }
}

/// `2026-10-01T06:00Z`.
func moment(_ text: String) throws -> Timestamp {
    let date = try Date(text.replacing("Z", with: ":00Z"), strategy: .iso8601)
    return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
}

extension Timestamp {
    /// `2026-10-01T06:00Z`; with the seconds where there are some.
    var short: String { description.replacing(":00.000Z", with: "Z") }
}
