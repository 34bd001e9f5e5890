internal import EventModel
internal import TestSupport
internal import Testing

@testable internal import HTTPTransport

/// What the reader takes, and what it refuses.
@Suite struct XMLReaderTests {
    private static let listing = """
        <?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
          <Name>b</Name><Prefix/><IsTruncated>true</IsTruncated>
          <Contents><Key> a&amp;b </Key><ETag>&quot;e1&quot;</ETag><Size>3</Size></Contents>
          <!-- <Contents/> -->
          <Contents a='>' b="</Key>" ><Key><![CDATA[<&]]]]><![CDATA[>]]></Key><Size>0</Size></Contents>
        </ListBucketResult>
        """

    private func parse(_ text: String, root: [String] = []) throws(SluiceError) -> XMLNode {
        try XMLReader.parse(Array(text.utf8), root: root)
    }

    private func code(_ text: String, root: [String] = [], limits: XMLReader.Limits = .init()) -> String? {
        do throws(SluiceError) {
            _ = try XMLReader.parse(Array(text.utf8), root: root, limits: limits)
            return nil
        } catch {
            return error.code.name
        }
    }

    @Test("a listing is read with its names, texts, empty elements, comments and CDATA sections")
    func wholeListing() throws {
        let root = try parse(Self.listing, root: ["ListBucketResult"])
        #expect(root.name == "ListBucketResult" && root.text.isEmpty)
        #expect(root.text(of: "Prefix") == "" && root.text(of: "Delimiter") == nil)
        let objects = root.all("Contents")
        #expect(objects.map { $0.text(of: "Key") } == [" a&b ", "<&]]>"])
        #expect(objects.map { $0.text(of: "Size") } == ["3", "0"])
        #expect(root.first(below: "ETag")?.text == "\"e1\"")
    }

    @Test("a document that is cut off at any byte is an error, never a shorter listing (L07)")
    func truncated() {
        let bytes = Array(Self.listing.utf8)
        for length in 0..<bytes.count {
            #expect(throws: SluiceError.self, "cut at \(length)") {
                _ = try XMLReader.parse(Array(bytes[..<length]), root: ["ListBucketResult"])
            }
        }
    }

    @Test(
        "another root is an error (L07)",
        arguments: [
            "<html><body>Welcome</body></html>", "<Error><Code>SlowDown</Code></Error>", "<html><br>",
        ]
    )
    func foreign(text: String) { #expect(code(text, root: ["ListBucketResult"]) == "xml.foreign") }

    @Test("one of several roots is enough, and prefixes do not count")
    func roots() throws {
        let node = try parse(
            "<s3:Error xmlns:s3='x'><s3:Code>A</s3:Code></s3:Error>",
            root: ["Result", "Error"]
        )
        #expect(node.text(of: "Code") == "A")
    }

    @Test("control characters come through, raw and as references (L08, L09)")
    func controlCharacters() throws {
        #expect(try parse("<Key>a\u{8}b\u{1}c\u{7F}\u{FFFF}</Key>").text == "a\u{8}b\u{1}c\u{7F}\u{FFFF}")
        #expect(try parse("<Key>&#x8;&#1;&#x1F;&#x1f600;&#13;&#10;</Key>").text == "\u{8}\u{1}\u{1F}😀\r\n")
        #expect(try parse("<Key>&#0;&#xD83D;</Key>").text == "\u{FFFD}\u{FFFD}")
        #expect(
            try XMLReader.parse([0x3C, 0x61, 0x3E, 0, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]).text == "\0\u{FFFD}"
        )
    }

    @Test("line ends in a text stay as they were sent (L10)")
    func lineEnds() throws { #expect(try parse("<Key>a\r\nb\rc\n</Key>").text == "a\r\nb\rc\n") }

    @Test(
        "a bare & is itself where it can be nothing else (L10)",
        arguments: [
            ("a & b", "a & b"), ("a&b", "a&b"), ("&", "&"), ("a&&amp;b", "a&&b"), ("&lt", "&lt"),
            ("&;", "&;"),
            ("&a b;", "&a b;"), ("x=1&y=2;", "x=1&y=2;"), ("&ü;", "&ü;"),
        ]
    )
    func bareAmpersand(text: String, expected: String) throws {
        #expect(try parse("<Key>\(text)</Key>").text == expected)
    }

    @Test(
        "a reference to what nobody defined is an error",
        arguments: ["&nbsp;", "&xxe;", "&#x110000;", "&#99999999999;", "&#;", "&#x;", "&#xZZ;", "&AMP;"]
    )
    func unknownReference(text: String) { #expect(code("<Key>\(text)</Key>") == "xml.malformed") }

    @Test(
        "document types are refused, and with them entity bombs and outside entities (X06)",
        arguments: [
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE lolz [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><a>&b;</a>",
            "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        ]
    )
    func documentTypes(text: String) { #expect(code(text) == "xml.refused") }

    @Test(
        "what is no XML is an error",
        arguments: [
            "", "  ", "x", "{}", "<a>", "<a></b>", "<a></a", "<a/><b/>", "<a/>x", "x<a/>", "</a>", "< a/>",
            "<a b/>",
            "<a b=c/>", "<a b='c'd='e'/>", "<a / >", "<1/>", "<a><![CDATA[x</a>", "<![CDATA[x]]><a/>",
            "<a><!ELEMENT b></a>", "<a>&lt;<</a>", "<a><b></a></b>", "\u{FEFF}", "<?xml version='1.0'?>",
            "<a></a b='c'>", "<a:></a:>", "<a:1/>",
        ]
    )
    func malformed(text: String) { #expect(code(text) == "xml.malformed") }

    @Test("white space before and after the document, and a byte order mark, are nothing (R04)")
    func surroundings() throws {
        #expect(try parse("\u{FEFF}<a/>").name == "a")
        #expect(try parse("\n  \n<?xml version='1.0'?>\n\n  <a/>\n<!-- x -->\n").name == "a")
    }

    @Test("depth, number of elements and size are limited")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        #expect(code(nested(32)) == nil)
        #expect(code(nested(33)) == "xml.refused")
        #expect(code(String(repeating: "<a>", count: 1_000_000)) == "xml.refused")
        let wide = "<r>" + String(repeating: "<a/>", count: 9) + "</r>"
        #expect(code(wide, limits: .init(elements: 10)) == nil)
        #expect(code(wide, limits: .init(elements: 9)) == "xml.refused")
        #expect(code("<a>12345</a>", limits: .init(bytes: 11)) == "xml.refused")
    }

    @Test("an error says where, shows the beginning without control characters, and hints at the endpoint")
    func message() throws {
        let error = try #require(throws: SluiceError.self) { _ = try parse("<html>\u{1B}[2J<br></html>") }
        #expect(error.message.contains("at byte 14"))
        #expect(error.hint?.contains("“<html>.[2J<br></html>”") == true)
    }

    @Test("20,000 seeded damages of a listing end in a document or an error")
    func damages() {
        var random = TestRandom(seed: 11)
        let original = Array(Self.listing.utf8)
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...random.below(4) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = UInt8(random.below(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(Array("<>&;/!?'\"]".utf8)[random.below(10)], at: place)
                }
            }
            let node = try? XMLReader.parse(bytes, root: ["ListBucketResult"])
            #expect(node == nil || node?.name == "ListBucketResult")
        }
    }
}
