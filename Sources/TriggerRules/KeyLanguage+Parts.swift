internal import EventModel

/// The languages of a key's parts, for the values that placeholders can have.
///
/// Each is exact or too large, never too small: what is proven of all its words holds for every real value.
extension KeyLanguage {
    /// One component with any bytes.
    static let component = repeated(.anyInComponent)

    /// Any key without empty components.
    static let anyKey: KeyLanguage = {
        var language = KeyLanguage()
        let inside = language.addState()
        language.addEdge(language.start, .anyInComponent, inside)
        language.addEdge(inside, .anyInComponent, inside)
        language.addEdge(inside, ByteSet(UInt8(ascii: "/")), language.start)
        language.accept(inside)
        return language
    }()

    /// One or more of these bytes.
    static func repeated(_ bytes: ByteSet) -> KeyLanguage {
        var language = KeyLanguage()
        let inside = language.addState()
        language.addEdge(language.start, bytes, inside)
        language.addEdge(inside, bytes, inside)
        language.accept(inside)
        return language
    }

    /// The keys of both.
    func intersection(_ other: KeyLanguage) -> KeyLanguage {
        var result = KeyLanguage()
        func index(_ left: Int, _ right: Int) -> Int { left * other.states.count + right }
        for _ in 1..<max(1, states.count * other.states.count) { _ = result.addState() }
        for (l, left) in states.enumerated() {
            for (r, right) in other.states.enumerated() {
                let source = index(l, r)
                for target in left.empty { result.addEmpty(source, index(target, r)) }
                for target in right.empty { result.addEmpty(source, index(l, target)) }
                for edge in left.edges {
                    for second in right.edges {
                        let bytes = edge.bytes.intersection(second.bytes)
                        result.addEdge(source, bytes, index(edge.target, second.target))
                    }
                }
                if left.isAccepting, right.isAccepting { result.accept(source) }
            }
        }
        result.start = index(start, other.start)
        return result.trimmed()
    }

    /// What stands before the last slash; words without a slash give none.
    var directories: KeyLanguage {
        let slash = UInt8(ascii: "/")
        let endsName = liveStates(along: .anyInComponent)
        var result = withoutAcceptance()
        for (index, state) in states.enumerated()
        where state.edges.contains(where: { $0.bytes.contains(slash) && endsName[$0.target] }) {
            result.accept(index)
        }
        return result.trimmed()
    }

    /// What stands behind the last slash, or the whole word.
    var names: KeyLanguage { after(UInt8(ascii: "/"), orWhole: true, keeping: .anyInComponent) }

    /// Of names: every beginning that is the whole name or has a dot behind it.
    var stems: KeyLanguage {
        let live = liveStates
        let dot = UInt8(ascii: ".")
        var result = self
        for (index, state) in states.enumerated()
        where state.edges.contains(where: { $0.bytes.contains(dot) && live[$0.target] }) {
            result.accept(index)
        }
        return result.withoutEmptyWord().trimmed()
    }

    /// Of names: everything behind one of their dots.
    var extensions: KeyLanguage {
        after(UInt8(ascii: "."), orWhole: false, keeping: .anyInComponent).withoutEmptyWord().trimmed()
    }

    /// Whether some word has no slash.
    var hasWordWithoutDirectory: Bool { liveStates(along: .anyInComponent)[start] }

    /// The ends of words that follow one of these bytes.
    private func after(_ separator: UInt8, orWhole: Bool, keeping bytes: ByteSet) -> KeyLanguage {
        let reachable = reachableStates
        var result = KeyLanguage()
        let offset = result.embed(self)
        for index in states.indices {
            result.restrict(offset + index, to: bytes)
            if states[index].isAccepting { result.accept(offset + index) }
            guard reachable[index] else { continue }
            for edge in states[index].edges where edge.bytes.contains(separator) {
                result.addEmpty(result.start, offset + edge.target)
            }
        }
        if orWhole { result.addEmpty(result.start, offset + start) }
        return result.trimmed()
    }

    /// Which states lead to an accepting one over these bytes alone.
    private func liveStates(along bytes: ByteSet) -> [Bool] {
        var restricted = self
        for index in states.indices { restricted.restrict(index, to: bytes) }
        return restricted.liveStates
    }

    /// The same words without the empty one.
    private func withoutEmptyWord() -> KeyLanguage {
        var result = self
        let begin = result.addState()
        for source in closure(of: [start]) {
            for edge in states[source].edges { result.addEdge(begin, edge.bytes, edge.target) }
        }
        result.start = begin
        return result
    }
}
