/// Finds what a misspelt name was meant to be.
public enum Suggestion {
    /// The candidate with the smallest edit distance, if that is at most a third of the name's length (at
    /// least 1).
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.utf8.prefix(64))
        let limit = max(1, wanted.count / 3)
        return candidates.map { ($0, distance(wanted, Array($0.utf8.prefix(64)))) }
            .filter { $0.1 <= limit }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    /// A hint: the nearest candidate, else all of them (`Known: a, b.`), else nil when there are none.
    public static func hint(for name: String, among candidates: some Collection<String>) -> String? {
        if let nearest = nearest(to: name, among: candidates) { return "Did you mean '\(nearest)'?" }
        return candidates.isEmpty ? nil : "Known: \(candidates.sorted().joined(separator: ", "))."
    }

    /// Levenshtein's distance, one row of the table at a time.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for i in left.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substitution = diagonal + (left[i] == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, min(row[j], row[j + 1]) + 1)
            }
        }
        return row[right.count]
    }
}
