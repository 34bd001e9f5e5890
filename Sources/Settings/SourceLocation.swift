/// A place in the configuration file.
public struct SourceLocation: Hashable, Sendable, Comparable {
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int

    /// Names a place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The first character of a file.
    public static let start = Self(line: 1, column: 1)

    /// Orders as the file is read.
    public static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `line:column`, as compilers write it.
    public var description: String { "\(line):\(column)" }
}
