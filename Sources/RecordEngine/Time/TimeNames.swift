/// English names of months and days, each in a column of nine letters, and names of zones.
///
/// Static text, so that loops read it without reference counting.
enum TimeNames {
    /// Letters of a column.
    static let width = 9
    /// January to December.
    static var months: StaticString {
        """
        January  February March    April    May      June     July     August   SeptemberOctober  \
        November December \

        """
    }
    /// Sunday to Saturday.
    static var days: StaticString { "Sunday   Monday   Tuesday  WednesdayThursday Friday   Saturday " }

    /// How many letters a name has.
    @inline(__always)
    static func length(_ names: StaticString, _ index: Int) -> Int {
        var length = width
        while length > 0, unsafe names.utf8Start[index &* width &+ length &- 1] == 0x20 { length &-= 1 }
        return length
    }

    /// Three letters in lower case, packed, the first one lowest.
    @inline(__always)
    static func packed(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt32 {
        UInt32(a | 0x20) | UInt32(b | 0x20) << 8 | UInt32(c | 0x20) << 16
    }

    /// The month of three packed letters, from 1, or 0.
    @inline(__always)
    static func month(_ letters: UInt32) -> Int {
        switch letters {
        case 0x6E_616A: 1
        case 0x62_6566: 2
        case 0x72_616D: 3
        case 0x72_7061: 4
        case 0x79_616D: 5
        case 0x6E_756A: 6
        case 0x6C_756A: 7
        case 0x67_7561: 8
        case 0x70_6573: 9
        case 0x74_636F: 10
        case 0x76_6F6E: 11
        case 0x63_6564: 12
        default: 0
        }
    }

    /// The day of three packed letters, from 1 for Sunday, or 0.
    @inline(__always)
    static func weekday(_ letters: UInt32) -> Int {
        switch letters {
        case 0x6E_7573: 1
        case 0x6E_6F6D: 2
        case 0x65_7574: 3
        case 0x64_6577: 4
        case 0x75_6874: 5
        case 0x69_7266: 6
        case 0x74_6173: 7
        default: 0
        }
    }

    /// Hours ahead of UTC of the names that RFC 5322 section 4.3 defines and of the European ones, which mean
    /// one thing only; nil for others: `IST` and `BST` mean several.
    static func zoneOffset(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        switch unsafe String(decoding: name, as: UTF8.self) {
        case "UTC", "GMT", "UT", "Z", "WET": 0
        case "EST", "CDT": -5 * 3_600
        case "EDT": -4 * 3_600
        case "CST", "MDT": -6 * 3_600
        case "MST", "PDT": -7 * 3_600
        case "PST": -8 * 3_600
        case "CET", "WEST": 3_600
        case "CEST", "EET": 2 * 3_600
        case "EEST": 3 * 3_600
        default: nil
        }
    }
}
