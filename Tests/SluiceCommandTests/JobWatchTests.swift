internal import Testing
internal import sluice

/// What a watched job shows on a terminal.
@Suite struct JobWatchTests {
    /// A terminal that knows what the lines use: carriage return, line feed, CUU, EL and ED.
    private struct Screen {
        private(set) var rows: [[Character]] = [[]]
        private var (row, column) = (0, 0)

        mutating func write(_ text: String) {
            var rest = text[...]
            while let character = rest.popFirst() {
                switch character {
                case "\r": column = 0
                case "\n":
                    // A terminal line's driver adds the return.
                    (row, column) = (row + 1, 0)
                    if row == rows.count { rows.append([]) }
                case "\u{1B}":
                    let sequence = rest.prefix { !$0.isLetter }
                    rest = rest.dropFirst(sequence.count)
                    act(rest.removeFirst(), Int(sequence.dropFirst()) ?? 0)
                default:
                    rows[row] =
                        Array(rows[row].prefix(column)) + [character]
                        + rows[row].dropFirst(column + 1)
                    column += 1
                }
            }
        }

        private mutating func act(_ verb: Character, _ number: Int) {
            switch verb {
            case "A": row -= number
            case "K": rows[row] = Array(rows[row].prefix(column))
            case "J":
                rows[row] = Array(rows[row].prefix(column))
                rows = Array(rows.prefix(row + 1))
            default: break
            }
        }

        var lines: [String] { rows.map { String($0) } }
    }

    private let style = Style(isColoured: false, width: 20)

    @Test("lines are drawn in place, whether there are more or fewer of them than before")
    func frames() {
        var (screen, lines) = (Screen(), LiveLines())
        screen.write("$ sluice\n")
        let frames = [["half"], ["more", "2 × a.b", "1 × c.d"], ["most", "3 × a.b"], ["all of it"]]
        for frame in frames {
            screen.write(lines.frame(frame.map { LiveLines.Line($0) }, style))
            #expect(screen.lines == ["$ sluice"] + frame)
        }
        screen.write(lines.frame([LiveLines.Line("a"), LiveLines.Line("b")], style))
        screen.write(lines.clear())
        #expect(screen.lines == ["$ sluice", ""])
        #expect(lines.clear() == "")
    }

    @Test("a line never wraps, and colours take no room")
    func narrow() {
        var (screen, lines) = (Screen(), LiveLines())
        let long = LiveLines.Line(String(repeating: "abcdefg ", count: 20), .bad)
        screen.write(lines.frame([long, long], Style(isColoured: true, width: 20)))
        #expect(screen.lines.count == 2)
        #expect(screen.lines.allSatisfy { $0.count == 19 && $0.contains("…") })
    }

    @Test("failures are asked for when there are new ones, at most every two seconds")
    func asks() {
        var watch = JobFailureWatch()
        let moments: [(failed: Int64, seconds: Double, asks: Bool)] = [
            (0, 0, false), (1, 0.25, true), (2, 0.5, false), (9, 2, false), (9, 2.25, true), (9, 9, false),
            (10, 9.25, true), (11, 11, false), (11, 11.25, true),
        ]
        for moment in moments {
            let asks = watch.shouldAsk(failed: moment.failed, at: .seconds(moment.seconds))
            #expect(asks == moment.asks, "at \(moment.seconds) s")
        }
    }
}
