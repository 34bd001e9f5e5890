public import EventModel
public import RecordEngine

/// The functions of one configuration, ready to run, by name.
public struct FunctionRegistry: Sendable {
    private let functions: [FunctionName: any Function]

    /// Makes every function of a configuration; all compute on `executor` and keep what they must in
    /// one of `spools`.
    public init(
        _ definitions: [FunctionDefinition],
        executor: any BlockExecutor,
        spools: any SpoolProvider
    ) {
        functions = Dictionary(
            definitions.map { ($0.name, $0.makeFunction(executor: executor, spools: spools)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The function of this name, if it is configured.
    public subscript(name: FunctionName) -> (any Function)? { functions[name] }

    /// All functions, ordered by name.
    public var all: [any Function] { functions.values.sorted { $0.name < $1.name } }
}
