/// Decisions about two sets of keys, bounded: a pattern that would need more work than the limit is
/// undecided.
extension KeyLanguage {
    /// Pairs of states that a decision may visit.
    private static let maximumPairs = 20_000

    /// Whether some key is in both; true when that cannot be decided within the limit.
    func intersects(_ other: KeyLanguage) -> Bool {
        let bytes = Self.representatives(self, other)
        var seen: Set<[[Int]]> = []
        var open = [(closure(of: [start]), other.closure(of: [other.start]))]
        while let (left, right) = open.popLast() {
            if isAccepting(left), other.isAccepting(right) { return true }
            for byte in bytes {
                let next = (step(left, byte), other.step(right, byte))
                if next.0.isEmpty || next.1.isEmpty || !seen.insert([next.0, next.1]).inserted { continue }
                if seen.count > Self.maximumPairs { return true }
                open.append(next)
            }
        }
        return false
    }

    /// Whether every key of this set is in the other; false when that cannot be decided within the limit.
    func isSubset(of other: KeyLanguage) -> Bool {
        let bytes = Self.representatives(self, other)
        let live = liveStates
        var seen: Set<[[Int]]> = []
        var open = [(closure(of: [start]), other.closure(of: [other.start]))]
        while let (left, right) = open.popLast() {
            if isAccepting(left), !other.isAccepting(right) { return false }
            for byte in bytes {
                let next = (step(left, byte).filter { live[$0] }, other.step(right, byte))
                if next.0.isEmpty || !seen.insert([next.0, next.1]).inserted { continue }
                if next.1.isEmpty || seen.count > Self.maximumPairs { return false }
                open.append(next)
            }
        }
        return true
    }

    /// The bytes that every word begins with.
    var commonPrefix: [UInt8] {
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
    var liveStates: [Bool] {
        var predecessors: [[Int]] = Array(repeating: [], count: states.count)
        for (index, state) in states.enumerated() {
            for edge in state.edges { predecessors[edge.target].append(index) }
            for target in state.empty { predecessors[target].append(index) }
        }
        return Self.spread(from: states.indices.filter { states[$0].isAccepting }, along: predecessors)
    }

    /// Which states the start leads to.
    var reachableStates: [Bool] {
        Self.spread(from: [start], along: states.map { $0.edges.map(\.target) + $0.empty })
    }

    /// Which states can be reached from the sources; O(states + edges).
    static func spread(from sources: [Int], along targets: [[Int]]) -> [Bool] {
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
