internal import CSimdjson

/// How the bytes of a unit stand for text.
public struct TextCharset: Sendable, Hashable {
    /// What becomes of bytes that stand for nothing.
    public enum Invalid: String, CaseIterable, Sendable {
        /// The records that hold them are rejected.
        case reject
        /// Each becomes U+FFFD, and they are counted.
        case replace
        /// They stay.
        case keep
    }

    /// Where the encoding is known from.
    enum Encoding: Sendable, Hashable {
        /// Nobody said: bytes stay as they are.
        case unknown
        /// A byte order mark tells; without one, bytes stay as they are.
        case automatic
        /// UTF-8.
        case utf8
        /// UTF-16, of which a byte order mark tells the order; little-endian without one.
        case utf16
        /// One that iconv knows by this name, whose characters are made of units of so many bytes.
        case named(String, unit: Int)
    }

    /// The encoding.
    let encoding: Encoding
    /// What becomes of bytes that are no text in it.
    public let invalid: Invalid

    /// Bytes as they are: what holds where nothing is said.
    public static let unspecified = TextCharset(encoding: .unknown, invalid: .keep)

    /// Every name that may be configured, in alphabetical order.
    public static var names: [String] { (["auto", "utf-8", "utf-16"] + libraryNames.keys).sorted() }

    /// Finds an encoding by its name, in any case; nil where we do not know it.
    public init?(named name: String, invalid: Invalid = .reject) {
        let name = name.lowercased()
        switch name {
        case "auto": encoding = .automatic
        case "utf-8": encoding = .utf8
        case "utf-16": encoding = .utf16
        default:
            guard let known = Self.libraryNames[name] else { return nil }
            let unit = name.hasPrefix("utf-16") ? 2 : name.hasPrefix("utf-32") ? 4 : 1
            encoding = .named(known, unit: unit)
        }
        self.invalid = invalid
    }

    private init(encoding: Encoding, invalid: Invalid) {
        self.encoding = encoding
        self.invalid = invalid
    }

    /// Whether records must be checked to be UTF-8, whatever is written: what could not be read is marked in
    /// them by a byte that is none.
    var needsUTF8: Bool { invalid == .reject }

    /// Whether the C library can read it.
    var isAvailable: Bool {
        switch encoding {
        case .unknown, .utf8: true
        case .automatic, .utf16: Self.has("UTF-16LE") && Self.has("UTF-16BE")
        case .named(let name, _): Self.has(name)
        }
    }

    private static func has(_ name: String) -> Bool {
        guard let made = unsafe sluice_charset_new(name) else { return false }
        unsafe sluice_charset_free(made)
        return true
    }

    /// The names of glibc, `iconv --list`, by those of the IANA registry and of everyday use.
    ///
    /// What is called Shift-JIS, GB 2312 or EUC-KR is read as its superset of everyday use, as browsers do
    /// (encoding.spec.whatwg.org).
    private static let libraryNames: [String: String] = {
        var names = [
            "utf-16le": "UTF-16LE", "utf-16be": "UTF-16BE", "utf-32le": "UTF-32LE", "utf-32be": "UTF-32BE",
            "latin-1": "ISO-8859-1", "latin1": "ISO-8859-1", "gbk": "GBK", "gb2312": "GBK",
            "gb18030": "GB18030", "big5": "BIG5",
            "big5-hkscs": "BIG5-HKSCS", "shift_jis": "CP932", "euc-jp": "EUC-JP",
            "iso-2022-jp": "ISO-2022-JP",
            "euc-kr": "UHC", "euc-tw": "EUC-TW", "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "tis-620": "TIS-620",
            "macintosh": "MACINTOSH", "ascii": "US-ASCII", "windows-874": "CP874",
        ]
        for part in 1...16 where part != 12 { names["iso-8859-\(part)"] = "ISO-8859-\(part)" }
        for page in 1250...1258 { names["windows-\(page)"] = "CP\(page)" }
        for page in ["437", "850", "852", "855", "857", "866"] { names["cp\(page)"] = "CP\(page)" }
        return names
    }()
}
