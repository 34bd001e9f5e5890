/// Paths as text: joined and cleaned without asking the file system.
enum LexicalPath {
    /// `path` below `directory` unless it is absolute; without `.`, empty and (where they can be resolved)
    /// `..` parts.
    static func join(_ directory: String, _ path: String) -> String {
        var parts: [Substring] = []
        for part in ((path.hasPrefix("/") ? "" : directory + "/") + path).split(separator: "/")
        where part != "." {
            if part == ".." { parts = parts.dropLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The directory that holds `path`.
    static func directory(of path: String) -> String { join(path, "..") }

    /// Whether `path` is `directory` or lies below it; both absolute and clean.
    static func contains(_ directory: String, _ path: String) -> Bool {
        path == directory || path.hasPrefix(directory == "/" ? "/" : directory + "/")
    }
}
