internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct MultilineFramingTests {
    private static func steps(_ options: String) -> String {
        "- frame: { format: multiline, \(options) }\n- parse: raw"
    }

    /// Records, as the number of lines that each has.
    private static func lineCounts(_ framed: Framed) -> [Int] {
        framed.texts.map { $0.split(separator: "\n", omittingEmptySubsequences: false).count }
    }

    @Test("J08: a line that matches 'start' begins a record; all others go on")
    func start() throws {
        let text = "cut off\n2026-01-01 a\n  b\n\nc\n2026-01-02 d\r\n e\r\n2026-01-03 f"
        let framed = try frameAtAllChunks(Self.steps("start: '^\\d{4}-'"), bytes(text))
        #expect(
            framed.texts == ["cut off", "2026-01-01 a\n  b\n\nc", "2026-01-02 d\r\n e", "2026-01-03 f"]
        )
    }

    @Test("J08: a line that matches 'continue' goes on with the one before")
    func following() throws {
        let text = " first\na\n b\n\tc\nd\n\n e\n"
        let framed = try frameAtAllChunks(Self.steps("continue: '^\\s'"), bytes(text))
        #expect(framed.texts == [" first", "a\n b\n\tc", "d", "\n e"])
    }

    @Test("a record with too many lines goes on as a further one: nothing is lost")
    func maximumLines() throws {
        let framed = try frameAtAllChunks(
            Self.steps("continue: '^ ', max_lines: 3"),
            bytes("a\n b\n c\n d\n e\n f\ng\n")
        )
        #expect(framed.texts == ["a\n b\n c", " d\n e\n f", "g"])
    }

    @Test("J06: a record above the limit is cut between lines; a line above it is rejected or cut off")
    func maximumBytes() throws {
        let text = bytes("aaaa\n bbb\n ccc\r\n dd\n" + " " + String(repeating: "x", count: 20) + "\n e\nf\n")
        let framed = try frameAtAllChunks(Self.steps("continue: '^ '"), text, limits: "max_record: 10")
        #expect(framed.texts == ["aaaa\n bbb", " ccc\r\n dd", " e", "f"])
        #expect(framed.oversized == [[3, 21]])
        let cut = try frameAtAllChunks(
            Self.steps("continue: '^ ', too_long: truncate"),
            text,
            limits: "max_record: 10"
        )
        #expect(cut.texts == ["aaaa\n bbb", " ccc\r\n dd", " xxxxxxxxx", " e", "f"])
        #expect(cut.truncated == [2])
    }

    @Test("J06: lines that go on and on, each as long as a record may be, end the block when it is full")
    func longLines() throws {
        let line = " " + String(repeating: "x", count: 299_999)
        let text = bytes("a\n" + [String](repeating: line, count: 12).joined(separator: "\n"))
        for chunk in [4096, 100_000, .max] {
            let framed = try frame(
                Self.steps("start: '^a'"),
                text,
                limits: "max_record: 400000",
                chunk: chunk
            )
            #expect(framed.texts == ["a\n" + line] + [String](repeating: line, count: 11))
            #expect(framed.blockBytes == [1_500_007, 1_500_005, 600_002])
        }
    }

    @Test("random lines: every limit keeps all bytes, at every chunk size")
    func nothingIsLost() throws {
        var random = SeededRandom(21)
        for _ in 0..<60 {
            var text = ""
            for _ in 0..<Int(random.next() % 30) {
                text += random.next() % 3 == 0 ? "x" : " "
                text += String(repeating: "y", count: Int(random.next() % 14))
                text += random.next() % 4 == 0 ? "\r\n" : "\n"
            }
            let limit = 16 + Int(random.next() % 30)
            let steps = Self.steps("continue: '^ ', max_lines: \(1 + random.next() % 5)")
            let framed = try frameAtAllChunks(steps, bytes(text), limits: "max_record: \(limit)")
            // A line ending of two bytes is one character of a String.
            let joined = Array(framed.records.joined(separator: [10])).filter { $0 != 13 }
            #expect(framed.oversized.isEmpty && framed.records.allSatisfy { $0.count <= limit })
            #expect(joined + (text.isEmpty ? [] : [10]) == bytes(text).filter { $0 != 13 })
        }
    }

    @Test("rules see the first 1 KiB of a line and not more, however it was read")
    func seenBytes() throws {
        let text =
            String(repeating: "a", count: 1023) + "X\n" + String(repeating: "a", count: 1024) + "X\nb\n"
        let framed = try frameAtAllChunks(Self.steps("start: 'X'"), bytes(text))
        #expect(framed.records.count == 1)
        let second = try frameAtAllChunks(Self.steps("start: 'X'"), bytes("c\n" + text))
        #expect(second.records.count == 2)
    }

    @Test("header lines stand before the first record")
    func header() throws {
        let framed = try frameAtAllChunks(Self.steps("continue: '^ ', skip: 2"), bytes("h\n i\na\n b\nc\n"))
        #expect(framed.header == bytes("h\n i") && framed.texts == ["a\n b", "c"])
    }

    @Test("J08: a Java trace with its causes is one record with the line that reports it")
    func java() throws {
        let trace = """
            2026-11-21 03:00:00,123 ERROR [main] c.a.Shop - order failed
            java.lang.IllegalStateException: no stock
            \tat com.acme.Shop.order(Shop.java:42) ~[shop.jar:1.0]
            \tat com.acme.Main.main(Main.java:7)
            \tSuppressed: java.io.IOException: close
            \t\tat com.acme.Db.close(Db.java:9)
            \t\t... 2 more
            Caused by: java.sql.SQLException: lock
              detail of the message
            \tat com.acme.Db.read(Db.java:88)
            \t... 5 more

            """
        let others = "2026-11-21 INFO a\n2026-11-21 INFO b\n"
        let alone = "Exception in thread \"main\" java.lang.Error: x\n\tat a.B.c(B.java:1)\n"
        let two =
            "java.lang.Error: a\n\tat a.B.c(B.java)\njava.lang.RuntimeException: b\n\tat a.B.c(B.java)\n"
        let framed = try frameAtAllChunks(
            Self.steps("preset: java"),
            bytes(others + trace + others + alone + two + others)
        )
        #expect(Self.lineCounts(framed) == [1, 1, 11, 1, 1, 2, 2, 2, 1, 1])
    }

    @Test("J08: a Python traceback with chained exceptions is one record")
    func python() throws {
        let trace = """
            2026-11-21 03:00:00 ERROR worker failed
            Traceback (most recent call last):
              File "/app/a.py", line 3, in load
                return table[key]
                       ~~~~~^^^^^
            KeyError: 'x'

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/app/a.py", line 9, in <module>
                main()
            acme.errors.LoadError: no table

            """
        let others = "2026-11-21 INFO a\nplain words: b\n"
        let alone =
            "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nKeyboardInterrupt\n"
        let framed = try frameAtAllChunks(
            Self.steps("preset: python"),
            bytes(others + trace + others + alone + alone + others)
        )
        #expect(Self.lineCounts(framed) == [1, 1, 13, 1, 4, 3, 1, 1])
    }

    @Test("J08: a Go panic is one record with all its goroutines")
    func go() throws {
        let trace = """
            panic: runtime error: invalid memory address or nil pointer dereference
            [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f1c5]

            goroutine 1 [running]:
            main.(*Shop).Order(0x0, {0x4b2c5e, 0x3})
            \t/app/main.go:12 +0x25
            main.main()
            \t/app/main.go:20 +0x1d

            goroutine 18 [chan receive, 2 minutes]:
            main.worker(...)
            \t/app/worker.go:7
            created by main.main in goroutine 1
            \t/app/main.go:18 +0x9c
            exit status 2

            """
        let others = "2026/11/21 03:00:00 listening\n2026/11/21 03:00:01 GET /\n"
        let served =
            "2026/11/21 03:00:02 http: panic serving 192.0.2.7:5: boom\ngoroutine 34 [running]:\n"
            + "net/http.(*conn).serve.func1()\n\t/go/server.go:1\n"
        let framed = try frameAtAllChunks(
            Self.steps("preset: go"),
            bytes(others + trace + others + served + others)
        )
        #expect(Self.lineCounts(framed) == [1, 1, 15, 1, 1, 4, 1, 1])
    }

    @Test("J08: a Swift crash report is one record")
    func swift() throws {
        let trace = """
            shop/main.swift:5: Fatal error: Unexpectedly found nil while unwrapping an Optional value

            *** Signal 4: Backtracing from 0x55d0c8e3b2a4... done ***

            *** Program crashed: Illegal instruction at 0x000055d0c8e3b2a4 ***

            Platform: x86_64 Linux (Debian GNU/Linux 12)

            Thread 0 "shop" crashed:

            0 0x000055d0c8e3b2a4 order() + 68 in shop at /app/main.swift:5:10
            1 [ra] 0x000055d0c8e3b1f0 main + 8 in shop at /app/main.swift:9:1

            Registers:

            rax 0x0000000000000000  0
            r15 0x00007f2b4c0a1000  00 00 00 00

            Images (12 omitted):

            0x000055d0c8e3a000–0x000055d0c8e3c000 <no build ID> shop /app/shop

            Backtrace took 0.08s

            """
        let others = "2026-11-21 info a\nINFO b\n"
        let framed = try frameAtAllChunks(Self.steps("preset: swift"), bytes(others + trace + others))
        #expect(Self.lineCounts(framed) == [1, 1, 23, 1, 1])
    }

    @Test(
        "J08: traces that other lines interrupt lose nothing; each line is in exactly one record",
        arguments: ["java", "python", "go", "swift"]
    )
    func interleaved(_ preset: String) throws {
        let text = """
            ERROR a
            java.lang.Error: x
            \tat a.B.c(B.java:1)
            INFO in between
            \tat a.B.d(B.java:2)
            Traceback (most recent call last):
              File "x.py", line 1
            INFO in between
                main()
            ValueError: x
            panic: a
            INFO in between
            goroutine 1 [running]:
            main.main()
            Fatal error: x
            INFO in between
            Current stack trace:
            0    libswiftCore.so 0x0

            """
        let framed = try frameAtAllChunks(Self.steps("preset: \(preset)"), bytes(text))
        #expect(framed.texts.joined(separator: "\n") + "\n" == text)
        #expect(framed.texts.count { $0.hasPrefix("INFO in between") } == 4)
    }

    @Test("records of several lines keep them: in JSON they are escaped, and each record is one line")
    func written() throws {
        let result = try runFramed(Self.steps("continue: '^ '"), bytes("a\n b\nc\n"))
        #expect(result.lines == [#"{"line":"a\n b"}"#, #"{"line":"c"}"#])
    }
}
