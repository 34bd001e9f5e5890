internal import ExpressionLanguage

/// Which lines go on with the record before them.
enum MultilineRule: Sendable {
    /// A line that matches begins a record; all others go on.
    case start(TextPattern)
    /// A line that matches goes on; all others begin a record.
    case following(TextPattern)
    /// What goes on depends on the lines before.
    case transitions(TransitionTable)

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
        /// The bytes that it can begin with; nil where it can be anything, and nothing.
        let first: Set<UInt8>?
        /// The state behind it.
        let to: Int
    }

    /// All transitions, so laid out that most lines are judged by their first byte.
    final class TransitionTable: Sendable {
        private let transitions: [Transition]
        /// Which transitions a line may be, a bit each: by state, and in it by the line's first byte; the
        /// last entry of a state is that of the empty line.
        private let candidates: [UInt32]
        private static let width = 257

        /// Lays out at most 32 transitions.
        init(_ transitions: [Transition]) {
            precondition(transitions.count <= 32, "A machine has more transitions than a word has bits.")
            self.transitions = transitions
            var candidates = [UInt32](repeating: 0, count: 32 * Self.width)
            for (number, transition) in transitions.enumerated() {
                for state in 0..<32 where transition.from & (1 << UInt32(state)) != 0 {
                    for byte in 0..<Self.width {
                        let fits = transition.first?.contains(UInt8(truncatingIfNeeded: byte)) ?? true
                        if fits, byte < 256 || transition.first == nil {
                            candidates[state * Self.width + byte] |= 1 << UInt32(number)
                        }
                    }
                }
            }
            self.candidates = candidates
        }

        /// The state behind the line, where one of the transitions from `state` is the line's.
        @inline(__always)
        func next(_ line: UnsafeRawBufferPointer, from state: Int) -> Int? {
            let column = unsafe line.isEmpty ? Self.width - 1 : Int(line[0])
            var bits = candidates[state * Self.width + column]
            while bits != 0 {
                let transition = transitions[bits.trailingZeroBitCount]
                if unsafe transition.pattern.matches(line) { return transition.to }
                bits &= bits - 1
            }
            return nil
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
        case .transitions(let table):
            if let state, let next = unsafe table.next(line, from: state) { return (true, next) }
            return unsafe (false, table.next(line, from: Self.outside) ?? Self.plain)
        }
    }
}
