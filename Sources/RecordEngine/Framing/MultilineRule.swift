internal import ExpressionLanguage

/// Which lines go on with the record before them.
enum MultilineRule: Sendable {
    /// A line that matches begins a record; all others go on.
    case start(TextPattern)
    /// A line that matches goes on; all others begin a record.
    case following(TextPattern)
    /// What goes on depends on the lines before.
    case transitions([Transition])

    /// The state behind a line that begins nothing special: a line of a log.
    static let plain = 0
    /// Before a line that begins a record; no state of a record.
    static let outside = 31

    /// A line that takes a record from one state to another.
    struct Transition: Sendable {
        /// The states in which it is looked for, a bit each; `outside` where it may begin a record.
        let from: UInt32
        /// What the line looks like.
        let pattern: TextPattern
        /// What it begins with; nil where that can be anything.
        let first: UInt8?
        /// The state behind it.
        let to: Int

        /// Tells whether the line is one.
        @inline(__always)
        func matches(_ line: UnsafeRawBufferPointer) -> Bool {
            if let first, unsafe line.first != first { return false }
            return unsafe pattern.matches(line)
        }
    }

    /// Judges a line, which stands behind a record in a state, or behind nothing.
    func judge(_ line: UnsafeRawBufferPointer, after state: Int?) -> (continues: Bool, state: Int) {
        switch self {
        case .start(let pattern):
            guard state != nil else { return (false, Self.plain) }
            return unsafe (!pattern.matches(line), Self.plain)
        case .following(let pattern):
            guard state != nil else { return (false, Self.plain) }
            return unsafe (pattern.matches(line), Self.plain)
        case .transitions(let transitions):
            if let state {
                for transition in transitions where transition.from & (1 << UInt32(state)) != 0 {
                    if unsafe transition.matches(line) { return (true, transition.to) }
                }
            }
            for transition in transitions where transition.from & (1 << UInt32(Self.outside)) != 0 {
                if unsafe transition.matches(line) { return (false, transition.to) }
            }
            return (false, Self.plain)
        }
    }
}
