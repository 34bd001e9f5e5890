/// A pattern over whole keys, byte by byte.
///
/// `*` and `?` stay within one component, `**/` stands for zero or more directories, `a/**` for everything
/// below `a`, `[a-z]` and `[!a-z]` for one byte, `{a,b}` for either; `\` takes the next character as it is.
/// Names that begin with a dot are only taken where the pattern's component begins with a dot.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
    /// Longest pattern, in bytes.
    public static let maximumBytes = 1024
    /// Most patterns that `{a,b}` may stand for.
    public static let maximumAlternatives = 64

    /// The pattern as written.
    public let text: String
    /// The keys that it takes.
    package let language: KeyLanguage
    /// The directories that its keys lie in, where the pattern names them; nil when a wildcard stands for
    /// some.
    package let directories: Set<[UInt8]>?

    /// Whether it takes exactly one key.
    package let isLiteral: Bool

    /// Reads a pattern.
    public init(_ text: String) throws(GlobError) {
        self.text = text
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else {
            throw GlobError("The pattern is empty.", hint: "Write ** for all keys.", at: 0)
        }
        guard bytes.count <= Self.maximumBytes else {
            throw GlobError("The pattern is longer than \(Self.maximumBytes) bytes.", at: Self.maximumBytes)
        }
        var language = KeyLanguage()
        var directories: Set<[UInt8]>? = []
        let alternatives = try GlobParser.alternatives(bytes)
        isLiteral =
            alternatives.count == 1
            && Self.literal(alternatives[0].split(separator: Symbol.slash).map(Array.init)) != nil
        for symbols in alternatives {
            let components = symbols.split(separator: .slash, omittingEmptySubsequences: false).map(
                Array.init
            )
            try Self.check(components, at: bytes.count)
            language.formUnion(Self.language(of: components))
            guard let literal = Self.literal(components.dropLast()) else {
                directories = nil
                continue
            }
            directories?.insert(literal)
        }
        self.language = language.trimmed()
        self.directories = directories
    }

    /// Whether the whole key is as the pattern says.
    public func matches(_ key: [UInt8]) -> Bool { language.contains(key) }

    /// The pattern as written.
    public var description: String { text }

    private static func check(_ components: [[Symbol]], at end: Int) throws(GlobError) {
        for (index, component) in components.enumerated() {
            if component.isEmpty {
                let isLast = index == components.count - 1
                throw GlobError(
                    index == 0 && !isLast ? "A key does not begin with '/'." : "A component is empty.",
                    hint: isLast ? "Write 'dir/**' for everything in a directory." : nil,
                    at: isLast ? end : 0
                )
            }
            if component == [.byte(0x2E)] || component == [.byte(0x2E), .byte(0x2E)] {
                throw GlobError("'.' and '..' are no names in a key.", at: 0)
            }
            if component.contains(.doubleStar), component.count > 1 {
                throw GlobError("'**' must stand alone between slashes.", hint: "Write '**/*.log'.", at: 0)
            }
        }
    }

    private static func literal(_ components: some Sequence<[Symbol]>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for component in components {
            for symbol in component {
                guard case .byte(let byte) = symbol else { return nil }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "/"))
        }
        return bytes
    }
}

extension Glob {
    /// One element of a pattern without alternatives.
    enum Symbol: Hashable {
        /// This byte.
        case byte(UInt8)
        /// One of these bytes.
        case set(ByteSet)
        /// `*`.
        case star
        /// `**`.
        case doubleStar
        /// The separator of components.
        case slash
    }

    private static func language(of components: [[Symbol]]) -> KeyLanguage {
        var language = KeyLanguage()
        var state = language.start
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            if component == [.doubleStar] {
                state = appendDirectories(to: &language, after: state, isLast: isLast)
            } else {
                state = append(component, to: &language, after: state)
                if !isLast { state = language.append([UInt8(ascii: "/")], after: state) }
            }
        }
        language.accept(state)
        return language
    }

    /// `**/`: zero or more names without a leading dot, each with its slash; as the last component one or
    /// more names.
    private static func appendDirectories(
        to language: inout KeyLanguage,
        after state: Int,
        isLast: Bool
    ) -> Int {
        let (begin, name, end) = (language.addState(), language.addState(), language.addState())
        language.addEmpty(state, begin)
        language.addEdge(begin, .anyInComponent.removing(UInt8(ascii: ".")), name)
        language.addEdge(name, .anyInComponent, name)
        language.addEdge(name, ByteSet(UInt8(ascii: "/")), begin)
        language.addEmpty(isLast ? name : begin, end)
        return end
    }

    private static func append(_ component: [Symbol], to language: inout KeyLanguage, after state: Int) -> Int
    {
        var part = KeyLanguage()
        var end = part.start
        for symbol in component {
            let next = part.addState()
            switch symbol {
            case .byte(let byte): part.addEdge(end, ByteSet(byte), next)
            case .set(let set): part.addEdge(end, set, next)
            case .star, .doubleStar, .slash:
                part.addEmpty(end, next)
                part.addEdge(next, .anyInComponent, next)
            }
            end = next
        }
        part.accept(end)
        // A component is never empty, and begins with a dot only where the pattern does.
        let takesDot = component.first == .byte(UInt8(ascii: "."))
        let begin = part.addState()
        for source in part.closure(of: [part.start]) {
            for edge in part.states[source].edges {
                part.addEdge(
                    begin,
                    takesDot ? edge.bytes : edge.bytes.removing(UInt8(ascii: ".")),
                    edge.target
                )
            }
        }
        part.start = begin
        return language.append(part, after: state)
    }
}
