internal import EventModel

/// Compiles expressions: a subset of CEL (https://github.com/google/cel-spec, doc/langdef.md) with Sluice's
/// rules for records.
///
/// Where records ask for it, the subset leaves CEL: an absent field is null; comparisons with null are false,
/// and only `x == null` and `x != null` test for it; null counts as false in logic; null in arithmetic gives
/// null; ints, uints and doubles mix in arithmetic, because JSON does not tell 3 from 3.0; values of
/// different types are unequal and unordered.
public enum ExpressionCompiler {
    /// Longest source, in UTF-8 bytes.
    public static let maximumSourceBytes = 64 << 10

    /// The expression ready to run, or the first mistake in it.
    public static func compile(
        _ source: String,
        environment: ExpressionEnvironment
    ) -> Result<CompiledExpression, ExpressionError> {
        compile(source, environment: environment, isCondition: false)
    }

    /// As `compile`, and refuses what can never be true or false (`keep_if`, `drop_if`, `when`).
    public static func compileCondition(
        _ source: String,
        environment: ExpressionEnvironment
    ) -> Result<CompiledExpression, ExpressionError> {
        compile(source, environment: environment, isCondition: true)
    }

    private static func compile(
        _ source: String,
        environment: ExpressionEnvironment,
        isCondition: Bool
    ) -> Result<CompiledExpression, ExpressionError> {
        do throws(Finding) {
            guard source.utf8.count <= maximumSourceBytes else {
                let limit = "\(maximumSourceBytes >> 10) KiB"
                throw Finding(.expressionTooLarge, "The expression is longer than \(limit).", at: 0)
            }
            let checker = try Checker(Parser.parse(source), in: environment)
            let expression = CompiledExpression(try CodeGenerator(checker), checker, source: source)
            let type = expression.resultType
            if isCondition, type != .bool, type != .dynamic {
                throw Finding(
                    .expressionType,
                    "A condition must be true or false, this is \(type.withArticle).",
                    hint: type == .string ? nil : "Compare it: size(path) > 100.",
                    at: 0
                )
            }
            return .success(expression)
        } catch {
            return .failure(ExpressionError(error, in: source))
        }
    }
}
