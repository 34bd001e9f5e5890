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
        do throws(Finding) {
            guard source.utf8.count <= maximumSourceBytes else {
                throw Finding(
                    .expressionTooLarge,
                    "The expression is longer than \(maximumSourceBytes >> 10) KiB.",
                    at: 0
                )
            }
            let checker = try Checker(Parser.parse(source), in: environment)
            return .success(CompiledExpression(try CodeGenerator(checker), checker, source: source))
        } catch {
            return .failure(ExpressionError(error, in: source))
        }
    }
}
