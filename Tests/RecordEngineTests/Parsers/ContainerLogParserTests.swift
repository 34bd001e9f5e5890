internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct ContainerLogParserTests {
    @Test(
        "cri: reads the lines of the design document",
        arguments: [
            (
                "2016-10-06T00:17:09.669794202Z stdout P log content 1",
                #"{"timestamp":"2016-10-06T00:17:09.669794202Z","stream":"stdout","partial":true,"#
                    + #""message":"log content 1"}"#
            ),
            (
                "2016-10-06T00:17:10.113242941Z stderr F log content 2",
                #"{"timestamp":"2016-10-06T00:17:10.113242941Z","stream":"stderr","partial":false,"#
                    + #""message":"log content 2"}"#
            ),
            (
                #"2023-01-01T00:00:00+02:00 stdout F:tag {"a":"b"}"#,
                #"{"timestamp":"2023-01-01T00:00:00+02:00","stream":"stdout","partial":false,"#
                    + #""message":"{\"a\":\"b\"}"}"#
            ),
            (
                "2023-01-01T00:00:00Z stdout F",
                #"{"timestamp":"2023-01-01T00:00:00Z","stream":"stdout","partial":false,"message":""}"#
            ),
            (
                "2023-01-01T00:00:00Z stdout F  two spaces ",
                #"{"timestamp":"2023-01-01T00:00:00Z","stream":"stdout","partial":false,"message":" two "#
                    + #"spaces "}"#
            ),
        ]
    )
    func cri(_ line: String, _ json: String) throws {
        let result = try run("- parse: cri", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test(
        "cri: rejects other lines",
        arguments: [
            ("text", "timestamp expected at byte 0"),
            ("2023-01-01 00:00:00 stdout F m", "timestamp expected at byte 0"),
            ("2023-01-01T00:00:00Z stdin F m", "stdout or stderr expected at byte 21"),
            ("2023-01-01T00:00:00Z stdout", "stdout or stderr expected at byte 21"),
            ("2023-01-01T00:00:00Z stdout X m", "tag F or P expected at byte 28"),
            ("2023-01-01T00:00:00Z stdout Full m", "tag F or P expected at byte 28"),
            ("2023-01-01T00:00:00Z stdout ", "tag F or P expected at byte 28"),
        ]
    )
    func criRejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: cri", line + "\n")
        #expect(result.lines.isEmpty)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test(
        "docker: renames, and cuts the line feed off",
        arguments: [
            (
                #"{"log":"Log line is here\n","stream":"stdout","time":"2019-01-01T11:11:11.111111111Z"}"#,
                #"{"message":"Log line is here","stream":"stdout","#
                    + #""timestamp":"2019-01-01T11:11:11.111111111Z"}"#
            ),
            (
                #"{"log":"say \"hi\"\u001b[0m\n","stream":"stderr","attrs":{"tag":"a"},"time":"t","n":1.50}"#,
                #"{"message":"say \"hi\"\u001b[0m","stream":"stderr","attrs":{"tag":"a"},"#
                    + #""timestamp":"t","n":1.50}"#
            ),
            (#"{"log":"no end","time":null}"#, #"{"message":"no end","timestamp":null}"#),
            (#"{"log":"\n"}"#, #"{"message":""}"#), (#"{"log":""}"#, #"{"message":""}"#),
            (#"{"log":"n"}"#, #"{"message":"n"}"#),
            (#"{"log":"a\\n"}"#, #"{"message":"a\\n"}"#), (#"{"log":"a\\\n"}"#, #"{"message":"a\\"}"#),
            (#"{"log":"a\r\n"}"#, #"{"message":"a\r"}"#), (#"{"log":"\n\n"}"#, #"{"message":"\n"}"#),
            (#"{ "stream" : "stdout" , "log" : "a\n" }"#, #"{"stream" : "stdout","message":"a"}"#),
            (#"{"l\u006fg":"escaped name\n"}"#, #"{"message":"escaped name"}"#),
        ]
    )
    func docker(_ line: String, _ json: String) throws {
        let result = try run("- parse: docker", line + "\n")
        #expect(result.lines == [json], "\(result.rejectLines)")
    }

    @Test(
        "docker: rejects JSON without a text in 'log', and what is no JSON",
        arguments: [
            (#"{"msg":"a"}"#, "parse: docker: no text in 'log'"), (#"{"log":1}"#, "no text in 'log'"),
            (#"{"log":{"log":"a"}}"#, "no text in 'log'"), (#"{"log":"a"#, "JSON: string without an end"),
        ]
    )
    func dockerRejects(_ line: String, _ reason: String) throws {
        let result = try run("- parse: docker", line + "\n")
        #expect(result.lines.isEmpty)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    @Test("docker: lets steps work on its fields, under their new names only")
    func dockerSteps() throws {
        let steps = """
            - parse: docker
            - keep_if: message.contains("a") && log == null && timestamp == "t"
            - rename: { message: msg }
            - drop: timestamp
            """
        let result = try run(steps, #"{"log":"a\"\n","time":"t","x":1}"# + "\n" + #"{"log":"b\n"}"# + "\n")
        #expect(result.lines == [#"{"msg":"a\"","x":1}"#])
    }
}
