/// The names that records have at one place of a pipeline, as far as they are known.
struct KnownFields {
    /// Whether records may have other names too: JSON and logfmt.
    private(set) var isOpen: Bool
    /// The names that are known to be there.
    private(set) var names: Set<String>

    /// The names that a parser makes.
    init(isOpen: Bool, names: [String]) {
        self.isOpen = isOpen
        self.names = Set(names)
    }

    /// A step makes a field.
    mutating func add(_ name: String) { names.insert(name) }
    /// A step makes fields whose names are not known before.
    mutating func open() { isOpen = true }
    /// A step takes a field away.
    mutating func remove(_ name: String) { names.remove(name) }

    /// A step takes all other fields away.
    mutating func keepOnly(_ kept: [String]) {
        names = isOpen ? Set(kept) : names.intersection(kept)
        isOpen = false
    }

    /// Whether no record can have this name.
    func isMissing(_ name: String) -> Bool { !isOpen && !names.contains(name) }
}
