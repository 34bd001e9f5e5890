internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct RedactStepTests {
    @Test(
        "masks what a value is, looking at its decoded form (traps J13, J14)",
        arguments: [
            (#""10.1.2.34""#, #""10.1.2.0""#), (#""255.255.255.255""#, #""255.255.255.0""#),
            (#""1.2.3""#, #""***""#),
            (#""1.2.3.256""#, #""***""#), (#""1.2.3.4.5""#, #""***""#), (#""10.1.2.34:80""#, #""***""#),
            (#""1.2.3.4, 5.6.7.8""#, #""***""#),
            (#""\u0031\u0030.1.2.3""#, #""10.1.2.0""#),
            (#""2001:db8:85a3:8d3:1319:8a2e:370:7348""#, #""2001:db8:85a3::""#),
            (#""2001:DB8::1""#, #""2001:db8::""#), (#""::1""#, #""::""#), (#""fe80::1%eth0""#, #""fe80::""#),
            (#""::ffff:10.0.0.1""#, #""::""#),
            (#""2001:0:5::""#, #""2001:0:5::""#), (#""1:2:3:4:5:6:7""#, #""***""#),
            (#""1::2::3""#, #""***""#), (#""12345::""#, #""***""#),
            (#""alice@example.com""#, #""***@example.com""#), (#""a@b@c.org""#, #""***@c.org""#),
            (#""@x""#, #""***""#), (#""x@""#, #""***""#),
            (#""x@y z""#, #""***""#), (#""alice\u0040example.com""#, #""***@example.com""#),
            (#""name""#, #""***""#), (#""""#, #""***""#),
            ("42", #""***""#), ("true", #""***""#), ("null", "null"), (#"["10.0.0.1"]"#, #""***""#),
            (#"{"ip":"10.0.0.1"}"#, #""***""#),
            (#""::""#, #""::""#), (#"":""#, #""***""#), (#""a:b""#, #""***""#),
            (#""1.2.3.4:5::6""#, #""***""#),
        ]
    )
    func masks(_ value: String, _ expected: String) throws {
        let result = try run(
            "- parse: json\n- redact: { fields: [v], as: mask }",
            #"{"a":1.0,"v":\#(value),"z":"y"}"#
        )
        #expect(result.text == #"{"a":1.0,"v":\#(expected),"z":"y"}"# + "\n")
        #expect(result.report.tally.output == 1)
    }

    @Test("takes every field of the name, also escaped ones (trap J02)")
    func masksAll() throws {
        let line = #"{"ip":"10.0.0.1","\u0069p":"10.0.0.2","ip":"10.0.0.3","IP":"10.0.0.4"}"#
        let expected = #"{"ip":"10.0.0.0","\u0069p":"10.0.0.0","ip":"10.0.0.0","IP":"10.0.0.4"}"#
        #expect(try run("- parse: json\n- redact: { fields: ip, as: mask }", line).text == expected + "\n")
        let removed = try run("- parse: json\n- redact: { fields: [ip], as: remove }", line)
        #expect(removed.text == #"{"IP":"10.0.0.4"}"# + "\n")
    }

    @Test("hashes decoded values with HMAC-SHA-256 (RFC 4231, test case 2; trap J15)")
    func hashes() throws {
        let steps = "- parse: json\n- redact: { fields: [v], as: hash, key: { env: KEY } }"
        let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        for value in [#""what do ya want for nothing?""#, #""what do ya want for n\u006fthing?""#] {
            let result = try run(steps, "{\"v\":\(value)}", variables: ["KEY": "Jefe"])
            #expect(result.text == "{\"v\":\"\(digest)\"}\n")
        }
        let other = try run(steps, #"{"v":"what do ya want for nothing?"}"#, variables: ["KEY": "jefe"])
        #expect(!other.text.contains(digest))
    }

    @Test(
        "hashes without a key by SHA-256 (FIPS 180-4, and the two-block message of its examples)",
        arguments: [
            (#""abc""#, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (#""""#, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                #""abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq""#,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            ("true", "b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b"),
        ]
    )
    func hashesPlainly(_ value: String, _ digest: String) throws {
        let result = try run("- parse: json\n- redact: { fields: [v], as: hash }", "{\"v\":\(value)}")
        #expect(result.text == "{\"v\":\"\(digest)\"}\n")
    }

    @Test("finds a secret wherever reads and batches are cut (trap J12)", arguments: [1, 2, 7, 64, 4_096])
    func redactsAtEveryOffset(_ chunk: Int) throws {
        let secret = "alice.secret@example.com"
        var text: [UInt8] = []
        for length in 0..<200 {
            text += Array("{\"pad\":\"\(String(repeating: "p", count: length))\",\"m\":\"\(secret)\"}\n".utf8)
        }
        let result = try run("- parse: json\n- redact: { fields: [m], as: mask }", text, chunk: chunk)
        #expect(result.lines.count == 200)
        #expect(!result.text.contains("alice"))
        #expect(result.lines.allSatisfy { $0.hasSuffix(#","m":"***@example.com"}"#) })
    }

    @Test("finds a secret at every place around a block's end (trap J12)")
    func redactsAroundBlockEnds() throws {
        for shift in stride(from: 0, to: 64, by: 3) {
            var text = String(
                repeating: "{\"pad\":\"\(String(repeating: "p", count: 1_000))\"}\n",
                count: 1_035
            )
            text += "{\"pad\":\"\(String(repeating: "q", count: shift))\"}\n"
            text += String(repeating: "{\"ip\":\"203.0.113.77\",\"n\":1}\n", count: 200)
            let result = try run("- parse: json\n- redact: { fields: [ip], as: mask }", text)
            #expect(!result.text.contains("203.0.113.77"))
            #expect(result.lines.count(where: { $0 == #"{"ip":"203.0.113.0","n":1}"# }) == 200)
        }
    }
}
