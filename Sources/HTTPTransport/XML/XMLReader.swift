public import EventModel

/// Reads answers of S3, STS and the like: whole documents, with limits, and with nothing fetched or expanded.
///
/// Stricter than XML where that protects us: no document type, so no entities but the five of XML 1.0
/// (section 4.6) and numeric references; a document that ends early is an error, never a shorter one (trap
/// L07). Milder where stores are sloppy: control characters, raw or as references (trap L08); a `&` that can
/// be nothing else but itself (trap L10); bytes that are not UTF-8 become U+FFFD, and so does a reference to
/// U+0000 or to half of a surrogate pair. Line ends stay as they are, because a key may hold them.
public enum XMLReader {
    /// How much a document may hold.
    public struct Limits: Sendable, Hashable {
        /// The longest document, in bytes.
        public var bytes: Int
        /// How deep elements may lie in each other.
        public var depth: Int
        /// The most elements.
        public var elements: Int

        /// Makes limits; the defaults hold a listing of 1,000 keys of 1,024 bytes, each byte encoded, and
        /// bound the memory for a document to some 50 MB.
        public init(bytes: Int = 16 << 20, depth: Int = 32, elements: Int = 100_000) {
            self.bytes = bytes
            self.depth = depth
            self.elements = elements
        }
    }

    /// Reads a document whose root has one of the names, or any when there are none.
    ///
    /// O(bytes).
    /// Throws `xml.malformed` when it is no complete XML, `xml.foreign` when the root is another one,
    /// `xml.refused` when it has a document type or crosses a limit.
    public static func parse(
        _ bytes: [UInt8],
        root names: [String] = [],
        limits: Limits = Limits()
    ) throws(SluiceError) -> XMLNode {
        guard bytes.count <= limits.bytes else {
            throw SluiceError(.xmlRefused, "An XML document of \(bytes.count) bytes exceeds \(limits.bytes).")
        }
        var scanner = XMLScanner(bytes, names, limits)
        do throws(XMLProblem) {
            return try scanner.document()
        } catch {
            throw error.error(at: scanner.position, of: bytes)
        }
    }
}

/// What is wrong with a document.
enum XMLProblem: Error {
    /// The bytes end before the document does.
    case truncated
    /// Something that XML does not allow.
    case malformed(String)
    /// Allowed by XML, but not by us.
    case refused(String)
    /// The root is named so, and not as expected.
    case foreign(String, String)

    /// The error for a reader, with the place and the beginning of the document.
    func error(at position: Int, of bytes: [UInt8]) -> SluiceError {
        let place = "at byte \(position) of \(bytes.count)"
        let hint = "The answer begins \(Self.quoted(bytes)); check that the endpoint speaks S3."
        return switch self {
        case .truncated:
            SluiceError(.xmlMalformed, "An XML document is cut off \(place).", hint: hint)
        case .malformed(let reason):
            SluiceError(.xmlMalformed, "An XML document is broken \(place): \(reason).", hint: hint)
        case .refused(let reason):
            SluiceError(.xmlRefused, "An XML document is refused \(place): \(reason).", hint: hint)
        case .foreign(let name, let expected):
            SluiceError(
                .xmlForeign,
                "An XML document has the root “\(name)” where \(expected) was expected.",
                hint: hint
            )
        }
    }

    /// The first bytes, printable ones as they are (trap S10).
    private static func quoted(_ bytes: [UInt8]) -> String {
        let start = bytes.prefix(60).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }
        return "“\(String(decoding: start, as: UTF8.self))”"
    }
}

extension SluiceError.Code {
    /// An answer should be XML and is not, or not a complete document.
    public static let xmlMalformed = Self("xml.malformed", .transient)
    /// An answer is XML, but of another kind than was asked for.
    public static let xmlForeign = Self("xml.foreign", .transient)
    /// An answer is XML that we do not read: with a document type, or beyond a limit.
    public static let xmlRefused = Self("xml.refused", .transient)
}
