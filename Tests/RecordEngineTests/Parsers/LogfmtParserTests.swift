internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct LogfmtParserTests {
    @Test(
        "reads keys with bare, quoted and no values",
        arguments: [
            (
                #"level=info msg="user created" took=1.5ms admin"#,
                #"{"level":"info","msg":"user created","took":"1.5ms","admin":true}"#
            ),
            (
                #"a=1 b=-2.50 c=1e5 d=007 e=true f=false g=null h= i="" j="1""#,
                #"{"a":1,"b":-2.50,"c":1e5,"d":"007","e":true,"f":false,"g":null,"h":"","i":"","j":"1"}"#
            ),
            (#"msg="say \"hi\"\n\u00e9" url=/a?b=c&d="#, #"{"msg":"say \"hi\"\n\u00e9","url":"/a?b=c&d="}"#),
            (#"a=1 a=2 @ts=3 é=ü"#, #"{"a":1,"a":2,"@ts":3,"é":"ü"}"#),
            ("  a=b\tc=d  ", #"{"a":"b","c":"d"}"#), ("a=x\\y b=\"tab\tin\"", #"{"a":"x\\y","b":"tab\tin"}"#),
            (#"a=b"c d='e"#, #"{"a":"b\"c","d":"'e"}"#), ("ok=1 \u{7F}=2", "{\"ok\":1,\"\u{7F}\":2}"),
        ]
    )
    func parses(_ line: String, _ json: String) throws {
        let result = try run("- parse: logfmt", line + "\n")
        #expect(result.lines == [json])
        #expect(result.rejects.isEmpty)
    }

    @Test(
        "rejects what is no logfmt, with the reason",
        arguments: [
            ("just some words", "no key=value pair"), ("=x", "malformed key"), (#"a="b"c"#, "malformed key"),
            (#"a="open"#, "without an end"), (#"a="\q""#, "unknown escape"), (#"a="\"#, "without an end"),
            (#""a"=1"#, "malformed key"), (#"a="\u12""#, "unknown escape"), ("a=1 b\\=2", "malformed key"),
            (#"{"a":1}"#, "malformed key"), ("a=\"x\\n\ty\"", "unknown escape"),
        ]
    )
    func rejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: logfmt", "a=1\n\(line)\na=2\n")
        #expect(result.lines == [#"{"a":1}"#, #"{"a":2}"#])
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test("lets steps work on its fields")
    func worksWithSteps() throws {
        let steps = """
            - parse: logfmt
            - keep_if: status >= 500 && msg.contains("\\"")
            - rename: { msg: message }
            - drop: status
            - set: { n: 1 }
            """
        let text = "status=503 msg=\"a \\\" b\" x=y\nstatus=200 msg=c\n\n"
        let result = try run(steps, text)
        #expect(result.lines == [#"{"message":"a \" b","x":"y","n":1}"#])
        #expect(result.report.tally.dropped == 2)
    }
}
