/// A set of keys, as a nondeterministic automaton over bytes.
///
/// One form serves matching and the loop check, so that they cannot disagree about what a pattern takes.
/// Matching takes time proportional to the key's length times the pattern's, whatever the pattern: no
/// backtracking.
package struct KeyLanguage: Hashable, Sendable {
    /// A step over one byte.
    package struct Edge: Hashable, Sendable {
        /// The bytes that it is for; never empty.
        package let bytes: ByteSet
        /// Where it leads.
        package let target: Int
    }

    /// A state without empty transitions: they are resolved while building.
    package struct State: Hashable, Sendable {
        /// Steps over one byte.
        package var edges: [Edge] = []
        /// States that are entered together with this one.
        package var empty: [Int] = []
        /// Whether a word may end here.
        package var isAccepting = false
    }

    /// All states; edges name them by their index.
    package private(set) var states: [State] = [State()]
    /// Where every word begins.
    package var start = 0

    /// The language without any word.
    package init() {}

    /// A new state without edges; gives its index.
    package mutating func addState() -> Int {
        states.append(State())
        return states.count - 1
    }

    /// Adds a step; none where the set is empty.
    package mutating func addEdge(_ source: Int, _ bytes: ByteSet, _ target: Int) {
        if !bytes.isEmpty { states[source].edges.append(Edge(bytes: bytes, target: target)) }
    }

    /// Makes a state be entered together with another.
    package mutating func addEmpty(_ source: Int, _ target: Int) { states[source].empty.append(target) }

    /// Lets words end in a state.
    package mutating func accept(_ state: Int) { states[state].isAccepting = true }

    /// Whether a key is in the set.
    package func contains(_ key: [UInt8]) -> Bool {
        // Lists with marks instead of sets: this runs for every event and every trigger of its bucket.
        var marks = Array(repeating: -1, count: states.count)
        var (current, next): ([Int], [Int]) = ([], [])
        add(start, to: &current, &marks, at: 0)
        for (position, byte) in key.enumerated() {
            next.removeAll(keepingCapacity: true)
            for state in current {
                for edge in states[state].edges where edge.bytes.contains(byte) {
                    add(edge.target, to: &next, &marks, at: position + 1)
                }
            }
            if next.isEmpty { return false }
            swap(&current, &next)
        }
        return isAccepting(current)
    }

    /// Adds a state and what empty transitions lead to, each once per position.
    private func add(_ state: Int, to list: inout [Int], _ marks: inout [Int], at position: Int) {
        guard marks[state] != position else { return }
        marks[state] = position
        var scanned = list.count
        list.append(state)
        while scanned < list.count {
            for target in states[list[scanned]].empty where marks[target] != position {
                marks[target] = position
                list.append(target)
            }
            scanned += 1
        }
    }

    private func moves(from state: Int, _ byte: UInt8) -> [Int] {
        states[state].edges.lazy.filter { $0.bytes.contains(byte) }.map(\.target)
    }

    /// Those states and all that empty transitions lead to, sorted.
    package func closure(of sources: [Int]) -> [Int] {
        var seen = Set(sources)
        var open = Array(seen)
        while let state = open.popLast() {
            for target in states[state].empty where seen.insert(target).inserted { open.append(target) }
        }
        return seen.sorted()
    }

    /// Where a set of states goes on one byte.
    package func step(_ sources: [Int], _ byte: UInt8) -> [Int] {
        closure(of: sources.flatMap { moves(from: $0, byte) })
    }

    /// Whether a word may end in one of these states.
    package func isAccepting(_ set: [Int]) -> Bool { set.contains { states[$0].isAccepting } }

    /// Adds another language's states; gives the offset that was added to their numbers. Nothing accepts in
    /// them.
    package mutating func embed(_ other: KeyLanguage) -> Int {
        let offset = states.count
        for state in other.states {
            let edges = state.edges.map { Edge(bytes: $0.bytes, target: $0.target + offset) }
            states.append(State(edges: edges, empty: state.empty.map { $0 + offset }))
        }
        return offset
    }

    /// Continues every word of `state` with every word of another language; gives the state behind them.
    package mutating func append(_ other: KeyLanguage, after state: Int) -> Int {
        let offset = embed(other)
        addEmpty(state, offset + other.start)
        let end = addState()
        for index in other.states.indices where other.states[index].isAccepting {
            addEmpty(offset + index, end)
        }
        return end
    }

    /// Continues every word of `state` with these bytes; gives the state behind them.
    package mutating func append(_ bytes: some Sequence<UInt8>, after state: Int) -> Int {
        bytes.reduce(state) { source, byte in
            let target = addState()
            addEdge(source, ByteSet(byte), target)
            return target
        }
    }

    /// Also takes what another language takes.
    package mutating func formUnion(_ other: KeyLanguage) {
        let end = append(other, after: start)
        accept(end)
    }

    /// Keeps only these bytes on a state's edges.
    package mutating func restrict(_ state: Int, to bytes: ByteSet) {
        states[state].edges = states[state].edges.compactMap { edge in
            let kept = edge.bytes.intersection(bytes)
            return kept.isEmpty ? nil : Edge(bytes: kept, target: edge.target)
        }
    }

    /// The same automaton with no word yet.
    package func withoutAcceptance() -> KeyLanguage {
        var copy = self
        for index in states.indices { copy.states[index].isAccepting = false }
        return copy
    }

    /// The same language without states that no word passes and without empty transitions.
    package func trimmed() -> KeyLanguage {
        var result = KeyLanguage()
        var numbers = [start: result.start]
        var open = [start]
        let live = liveStates
        while let state = open.popLast(), let number = numbers[state] {
            for source in closure(of: [state]) {
                if states[source].isAccepting { result.accept(number) }
                for edge in states[source].edges where live[edge.target] {
                    if numbers[edge.target] == nil {
                        numbers[edge.target] = result.addState()
                        open.append(edge.target)
                    }
                    result.addEdge(number, edge.bytes, numbers[edge.target] ?? number)
                }
            }
        }
        return result
    }
}
