package import FunctionRuntime

/// What `sluice test` found.
package struct TestSummary: Codable, Sendable, Hashable {
    /// How many tests ran.
    package let count: Int
    /// How many of them failed.
    package let failed: Int
    /// All tests, in the order of the configuration.
    package let tests: [FunctionTestView]

    package init(tests: [FunctionTestView]) {
        self.tests = tests
        count = tests.count
        failed = tests.count { !$0.passes }
    }
}

/// One test.
package struct FunctionTestView: Codable, Sendable, Hashable {
    /// The function.
    package let function: String
    /// The test's name.
    package let name: String
    /// Whether all was as expected.
    package let passes: Bool
    /// What was not, line by line.
    package let difference: [String]

    package init(_ function: String, _ name: String, _ differences: [FunctionTestRun.Difference]) {
        self.function = function
        self.name = name
        passes = differences.isEmpty
        difference = differences.flatMap(Self.lines)
    }

    /// Lines begin with `-` where expected, with `+` where there instead, else with a blank.
    private static func lines(_ difference: FunctionTestRun.Difference) -> [String] {
        switch difference {
        case .output(let name, let lines):
            let title = name.isEmpty ? [] : ["output \(name):"]
            return title + ["--- expected", "+++ got"]
                + lines.map { line in
                    switch line {
                    case .same(let text): " " + text
                    case .expected(let text): "-" + text
                    case .actual(let text): "+" + text
                    case .skipped(let count): "@@ \(count) equal lines @@"
                    }
                }
        case .missing(let name): return ["output \(name.isEmpty ? "without a name" : name) was not made"]
        case .unexpected(let name):
            return ["output \(name.isEmpty ? "without a name" : name) was made and is not expected"]
        case .words(let text): return text.split(separator: "\n").map(String.init)
        case .failed(let error): return ["the function failed: \(error.message) [\(error.code)]"]
        }
    }
}

/// The tests for people.
package enum TestText {
    /// A line per test, the differences of those that failed, and the count.
    package static func text(_ summary: TestSummary, _ style: Style) -> String {
        var text = ""
        for test in summary.tests {
            let verdict = test.passes ? style("ok    ", .good) : style("FAILED", .bad)
            text += "\(verdict)  \(Printable.escape(test.function)): \(Printable.escape(test.name))\n"
            for line in test.difference {
                let tone: Style.Tone =
                    switch line.first {
                    case "-": .bad
                    case "+": .good
                    case "@": .faint
                    default: .plain
                    }
                text += "        " + style(Printable.escape(line), tone) + "\n"
            }
        }
        if summary.count == 0 { return "No function has tests.\n" }
        let failed = summary.failed == 0 ? "all passed" : "\(summary.failed) failed"
        return text + "\(summary.count) test\(summary.count == 1 ? "" : "s"), \(failed)\n"
    }
}
