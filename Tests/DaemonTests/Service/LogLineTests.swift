internal import Daemon
internal import Foundation
internal import Logging
internal import Testing

/// The service's log lines.
@Suite struct LogLineTests {
    private let time = Date(timeIntervalSince1970: 1_790_812_800.25)

    @Test("text is one line, with fields behind the message")
    func text() {
        let line = LogLine.text(
            level: .warning,
            message: "Paused.",
            fields: [("count", "20"), ("why", "too many failures")],
            time: time,
            isColoured: false
        )
        #expect(line == #"2026-10-01T00:00:00.250Z warning  Paused. count=20 why="too many failures""#)
    }

    @Test("what outsiders wrote cannot break a line or a terminal (trap S10)")
    func escapes() {
        let fields = [(key: "key", value: "a\u{1B}[31m\nb\u{202E}")]
        let text = LogLine.text(level: .info, message: "m\r\n", fields: fields, time: time, isColoured: false)
        let json = LogLine.json(level: .info, label: "l", message: "m\r\n", fields: fields, time: time)
        for line in [text, json] {
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
        }
    }

    @Test("JSON reads back, and a field cannot pose as the line's own")
    func json() throws {
        let fields = [(key: "level", value: "critical"), (key: "path", value: #"C:\"x""#)]
        let line = LogLine.json(
            level: .info,
            label: "sluice",
            message: "é \"quoted\"",
            fields: fields,
            time: time
        )
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        )
        #expect(
            object == [
                "time": "2026-10-01T00:00:00.250Z", "level": "info", "logger": "sluice",
                "message": "é \"quoted\"",
                "field_level": "critical", "path": #"C:\"x""#,
            ]
        )
    }

    @Test("levels have colours on a terminal")
    func colours() {
        let line = LogLine.text(level: .error, message: "m", fields: [], time: time, isColoured: true)
        #expect(line.contains("\u{1B}[31merror"))
    }
}
