/// Which watch stands for which directory. Pure bookkeeping: it makes no system call and says which watches
/// to end.
struct WatchTree {
    private struct Node {
        /// The directory's key with a `/` behind it; empty for the bucket itself.
        var prefix: [UInt8]
        /// The watches of its sub-directories, by name; each is a key of `nodes` with the matching prefix.
        var children: [[UInt8]: Int32] = [:]
        /// The directory above; nil for the bucket itself.
        var parent: (watch: Int32, name: [UInt8])?
    }

    private var nodes: [Int32: Node] = [:]
    /// The watch of the bucket itself.
    private(set) var root: Int32?

    /// How many directories are watched.
    var count: Int { nodes.count }

    /// The key of a watched directory with a `/` behind it; nil when the watch is not ours any more.
    func prefix(of watch: Int32) -> [UInt8]? { nodes[watch]?.prefix }

    /// The names of a directory's watched sub-directories.
    func childNames(of watch: Int32) -> [[UInt8]] { nodes[watch].map { Array($0.children.keys) } ?? [] }

    /// Registers the bucket itself, and forgets everything else.
    mutating func setRoot(_ watch: Int32) {
        nodes = [watch: Node(prefix: [])]
        root = watch
    }

    /// Registers a directory. Returns the watches to end: those of another directory that had this place, and
    /// those below the place that this directory had before (the caller walks it anew). Returns nil, and
    /// registers nothing, when it is one of the directories above: a mount that shows a directory within
    /// itself.
    mutating func insert(_ watch: Int32, name: [UInt8], below parent: Int32) -> [Int32]? {
        guard let above = nodes[parent] else { return [] }
        var ancestor: Int32? = parent
        while let next = ancestor {
            if next == watch { return nil }
            ancestor = nodes[next]?.parent?.watch
        }
        if above.children[name] == watch, nodes[watch] != nil { return [] }
        var ended: [Int32] = []
        if let other = above.children[name], other != watch { ended += remove(other) }
        if nodes[watch] != nil { ended += remove(watch).filter { $0 != watch } }
        nodes[parent]?.children[name] = watch
        nodes[watch] = Node(prefix: above.prefix + name + [UInt8(ascii: "/")], parent: (parent, name))
        return ended
    }

    /// Forgets a directory and all below it; returns their watches.
    mutating func remove(_ watch: Int32) -> [Int32] {
        guard let node = nodes[watch] else { return [] }
        if let parent = node.parent, nodes[parent.watch]?.children[parent.name] == watch {
            nodes[parent.watch]?.children[parent.name] = nil
        }
        if watch == root { root = nil }
        var ended: [Int32] = []
        var waiting = [watch]
        while let next = waiting.popLast() {
            guard let node = nodes.removeValue(forKey: next) else { continue }
            ended.append(next)
            waiting += node.children.values
        }
        return ended
    }

    /// Forgets what lies under a name of a directory; returns the watches.
    mutating func remove(name: [UInt8], below parent: Int32) -> [Int32] {
        guard let watch = nodes[parent]?.children[name] else { return [] }
        return remove(watch)
    }
}
