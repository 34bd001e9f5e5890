internal import EventModel
internal import Testing

@Suite struct ObjectKeyTests {
    @Test(
        "the escaped form of a key reads back to the same bytes",
        arguments: [
            Array("plain/a b+c%20.log".utf8), Array("back\\slash".utf8), [0x61, 0x0A, 0x1B, 0x7F],
            [0xFF, 0xFE, 0x61],
            Array("ü\u{202E}gnp".utf8), [],
        ]
    )
    func roundTrip(bytes: [UInt8]) {
        #expect(ObjectKey(escaped: ObjectKey(bytes: bytes).description).bytes == bytes)
    }

    @Test("a printed key holds no control or direction character")
    func isPrintable() {
        #expect(ObjectKey("a\n\u{1B}[31m\u{202E}b").description == "a\\x0a\\x1b[31m\\xe2\\x80\\xaeb")
        #expect(ObjectKey("ünï").description == "ünï")
    }
}
