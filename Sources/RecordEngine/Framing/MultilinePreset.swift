internal import EventModel
internal import ExpressionLanguage

/// How stack traces look, language by language.
///
/// A trace may stand alone or behind the line of a log that reports it; then both are one record. Lines of
/// other kinds are records of their own. Each preset is a small machine, whose transitions are tried in
/// order.
enum MultilinePreset: String, CaseIterable, Sendable {
    /// `Throwable.printStackTrace`: "at …", "... 5 more", "Caused by: …", "Suppressed: …".
    case java
    /// The `traceback` module: "Traceback (most recent call last):", chained ones included.
    case python
    /// What the Go runtime prints of a panic or a fatal error: the reason and all goroutines.
    case go
    /// "Fatal error: …" with what the Swift runtime's backtracer prints behind it.
    case swift

    /// A line as it is written here: the states before it, what it looks like, the state behind it.
    ///
    /// `first` holds the bytes that it can begin with.
    private typealias Line = (from: [Int], pattern: String, first: Set<UInt8>?, to: Int)
    private static let blanks = Set("\t ".utf8)
    private static let lower = Set("abcdefghijklmnopqrstuvwxyz".utf8)
    private static let names = lower.union("ABCDEFGHIJKLMNOPQRSTUVWXYZ_$".utf8)
    private static let plain = MultilineRule.plain
    private static let outside = MultilineRule.outside

    /// The machine.
    func makeRule() throws(SluiceError) -> MultilineRule {
        var transitions: [MultilineRule.Transition] = []
        for line in lines {
            transitions.append(
                MultilineRule.Transition(
                    from: line.from.reduce(0) { $0 | 1 << UInt32($1) },
                    pattern: try TextPattern(line.pattern),
                    first: line.first,
                    to: line.to
                )
            )
        }
        return .transitions(MultilineRule.TransitionTable(transitions))
    }

    private var lines: [Line] {
        switch self {
        case .java: Self.javaLines
        case .python: Self.pythonLines
        case .go: Self.goLines
        case .swift: Self.swiftLines
        }
    }

    /// Documentation of java.lang.Throwable, "printStackTrace".
    ///
    /// 1: behind the name of an exception; 2: behind a frame.
    private static var javaLines: [Line] {
        let name = #"(?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable|Failure|Fault)[\w$]*(?::|\s|$)"#
        return [
            ([plain, 1, 2], #"^\s+(?:at |\.\.\. \d)"#, blanks, 2),
            ([1, 2], #"^\s*(?:Caused by|Suppressed): "#, nil, 1),
            ([1, 2], #"^\s+\S"#, blanks, 1),
            ([2], #"^\t?\[CIRCULAR REFERENCE"#, nil, 2),
            ([plain], "^" + name, names, 1),
            ([outside], #"^(?:Exception in thread "|"# + name + ")", names, 1),
        ]
    }

    /// Format of docs.python.org/3/library/traceback.html.
    ///
    /// 1: behind the headline; 2: behind a frame; 3: behind the
    /// exception; 4: behind the line that chains it to the next.
    private static var pythonLines: [Line] {
        let headline = #"^(?:  [+| ]+)?Traceback \(most recent call last\):"#
        return [
            ([plain, 4], headline, Set("T ".utf8), 1),
            ([1, 2], #"^\s+\S"#, nil, 2),
            ([2], #"^[A-Za-z_][\w.]*(?:: .*|:)?$"#, nil, 3),
            ([3, 4], #"^$"#, nil, 4),
            (
                [3, 4], #"^(?:During handling of the above exception|The above exception was the direct)"#,
                nil, 4
            ),
            ([outside], headline, Set("T ".utf8), 1),
        ]
    }

    /// Written by go.dev/src/runtime/panic.go and traceback.go.
    ///
    /// 1: behind the reason; 2: within a goroutine.
    private static var goLines: [Line] {
        [
            ([1, 2], #"^$"#, nil, 2),
            ([1], #"^(?:\[signal |\s+panic: |\t|goroutine running|runtime stack:)"#, nil, 1),
            ([plain, 1, 2], #"^goroutine \d+ .*\[.*\]:$"#, lower, 2),
            (
                [2], #"^(?:\s+\S|\S.*\(.*\)$|created by |\.\.\.|exit status \d|[a-z][a-z0-9]{1,5} +0x)"#, nil,
                2
            ),
            (
                [outside],
                #"^(?:panic: |fatal error: |(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?http: panic serving )"#, nil,
                1
            ),
        ]
    }

    /// Described in github.com/swiftlang/swift, docs/Backtracing.rst.
    ///
    /// 1: within the report.
    private static var swiftLines: [Line] {
        let crash = #"(?:\S+: )?Fatal error|\*\*\* (?:Signal|Program crashed|Swift runtime failure)"#
        let part = #"Thread \d|Registers:|Images|Platform: |Backtrace took|Current stack trace:|Press "#
        return [
            ([1], #"^$"#, nil, 1),
            ([plain, 1], #"^(?:\*\*\* |Current stack trace:|Thread \d+.* crashed:)"#, nil, 1),
            ([1], #"^(?:\s+\S|"# + part + #"|\d+ |[a-z][a-z0-9]{1,5} 0x|0x[0-9a-f]|\.\.\.|…)"#, nil, 1),
            ([outside], "^(?:" + crash + #"|Thread \d+.* crashed:)"#, nil, 1),
        ]
    }
}
