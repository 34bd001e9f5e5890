package import EventModel

/// A pattern of RE2 for other rooms: whether it matches anywhere in some bytes.
///
/// Compiled once, used by any number of threads; takes time linear in the text, whatever the pattern.
package final class TextPattern: Sendable {
    private let expression: RegularExpression

    /// Compiles a pattern; throws `expression.invalid-pattern` with RE2's words.
    package init(_ source: String) throws(SluiceError) {
        do throws(RegularExpression.Refusal) {
            expression = try RegularExpression(Array(source.utf8))
        } catch {
            throw SluiceError(
                .expressionInvalidPattern,
                "The pattern '\(source)' cannot be used: \(error.reason).",
                hint: "The syntax is that of RE2: github.com/google/re2/wiki/Syntax."
            )
        }
    }

    /// Whether the pattern matches anywhere in the text.
    package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        unsafe RegularExpression.matches(expression.handle, text)
    }
}
