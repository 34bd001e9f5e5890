/// The one error of the whole program: a stable code, what failed, and what the reader can do now.
public struct SluiceError: Error, Sendable {
    /// What kind of failure this is; never changes its meaning and is never reused.
    public let code: Code
    /// One sentence: what failed, with the object or path it failed on.
    public let message: String
    /// One sentence: what the reader can do now, where we know it.
    public let hint: String?
    /// The failure below this one, if there was one.
    public let cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, hint: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
    }
}

extension SluiceError {
    /// Whose failure an error is; decides whether a delivery is tried again (DESIGN 5, step 8).
    public enum Blame: String, Sendable, Hashable, CaseIterable {
        /// Trying again with the same bytes cannot help: the delivery is dead at once.
        case object
        /// May pass by itself: tried again after a backoff, and the try counts.
        case transient
        /// The surroundings are out of order: tried again, and no try is consumed.
        case outage
        /// The caller's words are wrong: configuration or command line.
        case usage
    }

    /// A stable dotted word, by module: `codec.truncated`, `output.collision`.
    ///
    /// Each room declares its codes as static members in an extension beside the code that throws them.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The dotted word, as shown to users.
        public let name: String
        /// Whose failure it is.
        public let blame: Blame

        /// Declares a code; `name` must be unique in the program.
        public init(_ name: String, _ blame: Blame) {
            self.name = name
            self.blame = blame
        }

        /// The dotted word.
        public var description: String { name }

        /// Codes are equal when their words are.
        public static func == (left: Code, right: Code) -> Bool { left.name == right.name }

        /// Hashes the word alone.
        public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }
}

extension SluiceError: CustomStringConvertible {
    /// `code: message`, then the causes, one after another.
    public var description: String {
        var text = "\(code.name): \(message)"
        if let cause { text += " (caused by \(cause))" }
        return text
    }
}

extension SluiceError.Code {
    /// A call of the operating system failed in a way nobody expected.
    public static let systemCall = Self("system.call-failed", .transient)
    /// Work was cancelled because the service stops or the delivery was cancelled.
    public static let cancelled = Self("system.cancelled", .outage)
    /// The attempt ran past its deadline.
    public static let deadlineExceeded = Self("function.timeout", .transient)
}
