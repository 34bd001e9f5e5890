/// Decisions about two sets of keys.
extension KeyLanguage {
    /// Pairs that `isSubset` may visit; a pattern that needs more is undecided.
    private static let maximumPairs = 4000

    /// Whether some key is in both; O(states × states × edges).
    package func intersects(_ other: KeyLanguage) -> Bool {
        var seen = Array(repeating: false, count: states.count * other.states.count)
        var open: [(left: Int, right: Int)] = []
        func visit(_ left: Int, _ right: Int) {
            let index = left * other.states.count + right
            if seen[index] { return }
            seen[index] = true
            open.append((left, right))
        }
        visit(start, other.start)
        while let (left, right) = open.popLast() {
            let (first, second) = (states[left], other.states[right])
            if first.isAccepting, second.isAccepting { return true }
            for target in first.empty { visit(target, right) }
            for target in second.empty { visit(left, target) }
            for edge in first.edges {
                for match in second.edges where !edge.bytes.intersection(match.bytes).isEmpty {
                    visit(edge.target, match.target)
                }
            }
        }
        return false
    }

    /// Whether every key of this set is in the other; false when that cannot be decided within the limit.
    ///
    /// One state here against all states that the same bytes can lead to there.
    package func isSubset(of other: KeyLanguage) -> Bool {
        let bytes = Self.representatives(self, other)
        let live = liveStates
        var seen: Set<[Int]> = []
        var open: [(state: Int, others: [Int])] = []
        func visit(_ state: Int, _ others: [Int]) {
            if live[state], seen.insert([state] + others).inserted { open.append((state, others)) }
        }
        visit(start, other.closure(of: [other.start]))
        while let (state, others) = open.popLast() {
            if states[state].isAccepting, !other.isAccepting(others) { return false }
            for target in states[state].empty { visit(target, others) }
            for edge in states[state].edges where live[edge.target] {
                for byte in bytes where edge.bytes.contains(byte) {
                    let next = other.step(others, byte)
                    if next.isEmpty || seen.count > Self.maximumPairs { return false }
                    visit(edge.target, next)
                }
            }
        }
        return true
    }

    /// The bytes that every word begins with.
    package var commonPrefix: [UInt8] {
        var prefix: [UInt8] = []
        var current = closure(of: [start])
        var seen: Set<[Int]> = []
        while !isAccepting(current), seen.insert(current).inserted {
            let edges = current.flatMap { states[$0].edges }
            guard let first = edges.first?.bytes, let byte = first.single,
                edges.allSatisfy({ $0.bytes == first })
            else { break }
            prefix.append(byte)
            current = step(current, byte)
        }
        return prefix
    }

    /// Which states lead to an accepting one.
    package var liveStates: [Bool] {
        var predecessors: [[Int]] = Array(repeating: [], count: states.count)
        for (index, state) in states.enumerated() {
            for edge in state.edges { predecessors[edge.target].append(index) }
            for target in state.empty { predecessors[target].append(index) }
        }
        return Self.spread(from: states.indices.filter { states[$0].isAccepting }, along: predecessors)
    }

    /// Which states the start leads to.
    package var reachableStates: [Bool] {
        Self.spread(from: [start], along: states.map { $0.edges.map(\.target) + $0.empty })
    }

    /// Which states can be reached from the sources; O(states + edges).
    package static func spread(from sources: [Int], along targets: [[Int]]) -> [Bool] {
        var seen = Array(repeating: false, count: targets.count)
        for source in sources { seen[source] = true }
        var open = sources
        while let state = open.popLast() {
            for target in targets[state] where !seen[target] {
                seen[target] = true
                open.append(target)
            }
        }
        return seen
    }

    /// One byte for each class of bytes that both automata treat alike.
    private static func representatives(_ left: KeyLanguage, _ right: KeyLanguage) -> [UInt8] {
        let sets = Array(Set((left.states + right.states).flatMap { $0.edges.map(\.bytes) }))
        var classes: [[Bool]: UInt8] = [:]
        for byte in UInt8.min...UInt8.max {
            let signature = sets.map { $0.contains(byte) }
            if classes[signature] == nil { classes[signature] = byte }
        }
        return classes.values.sorted()
    }
}
