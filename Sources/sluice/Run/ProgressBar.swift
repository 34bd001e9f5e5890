internal import EventModel

/// A line on the terminal that is drawn over itself, while a run works.
struct ProgressBar {
    private let parts: [Progress]
    private let name: String
    private let started = ContinuousClock.now

    /// Begins a bar.
    init(_ name: String, _ parts: [Progress]) {
        self.name = Printable.escape(name)
        self.parts = parts
    }

    /// Draws a bar while `operation` works, where standard error is a terminal.
    static func draw<Value: Sendable>(
        _ name: String,
        _ progress: Progress,
        during operation: () async throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        guard Terminal.errorIsTerminal else { return try await operation() }
        // Ends with this scope, by being cancelled.
        async let _: Void = ProgressBar(name, [progress]).draw()
        return try await operation()
    }

    /// Draws until the task is cancelled, then erases the line.
    func draw() async {
        do {
            try await Task.sleep(for: .milliseconds(400))
            while true {
                Terminal.write(Array(("\r\u{1B}[K" + line()).utf8), to: 2)
                try await Task.sleep(for: .milliseconds(100))
            }
        } catch {
            // Cancelled: the run has ended.
            if ContinuousClock.now - started > .milliseconds(400) {
                Terminal.write(Array("\r\u{1B}[K".utf8), to: 2)
            }
        }
    }

    private func line() -> String {
        let done = parts.reduce(0) { $0 + $1.state.done }
        let total = parts.reduce(0) { $0 + $1.state.total }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let speed = Figures.bytes(UInt64(Double(done) / max(seconds, 0.001))) + "/s"
        let label = Printable.shorten(name, to: 30)
        guard total > 0 else { return "\(label)  \(Figures.bytes(done))  \(speed)" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        return "\(label)  \(bar) \(Figures.fixed(share * 100, 0)) %  \(speed)"
    }
}
