/// The names that records have at one place of a pipeline, as far as they are known.
struct KnownFields {
    /// Whether records may have other names too: JSON and logfmt.
    private(set) var isOpen: Bool
    /// The names that are known to be there, each once, in the order in which records have them.
    private(set) var names: [String] = []
    /// The same names.
    private var members: Set<String> = []

    /// The names that a parser makes.
    init(isOpen: Bool, names: [String]) {
        self.isOpen = isOpen
        for name in names { add(name) }
    }

    /// A step makes a field.
    mutating func add(_ name: String) {
        if members.insert(name).inserted { names.append(name) }
    }
    /// A step makes fields whose names are not known before.
    mutating func open() { isOpen = true }
    /// A step takes a field away.
    mutating func remove(_ name: String) {
        if members.remove(name) != nil { names.removeAll { $0 == name } }
    }

    /// A step gives fields other names, all at once; they keep their places.
    mutating func rename(_ news: [String: String]) {
        let kept = names.filter { name in !news.values.contains(name) || news[name] != nil }
        let renamed = kept.map { news[$0] ?? $0 }
        let added = news.values.sorted().filter { !renamed.contains($0) }
        names = renamed + added
        members = Set(names)
    }

    /// A step takes all other fields away.
    mutating func keepOnly(_ kept: [String]) {
        let wanted = Set(kept)
        names = isOpen ? Self(isOpen: false, names: kept).names : names.filter { wanted.contains($0) }
        members = Set(names)
        isOpen = false
    }

    /// Whether no record can have this name.
    func isMissing(_ name: String) -> Bool { !isOpen && !members.contains(name) }
}
