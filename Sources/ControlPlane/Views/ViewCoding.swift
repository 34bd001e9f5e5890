public import EventModel
public import Foundation

/// Views to JSON and back: snake_case names, sorted; `null` where there is no value.
public enum ViewCoding {
    /// One line of JSON, or with `pretty` an indented text.
    public static func encode(_ view: some Encodable, pretty: Bool = false) throws(SluiceError) -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        do { return try encoder.encode(view) } catch {
            throw SluiceError(.apiCoding, "A view could not be written as JSON.", cause: error)
        }
    }

    /// Reads what `encode` wrote.
    public static func decode<View: Decodable>(_ type: View.Type, from data: Data) throws(SluiceError) -> View
    {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: data) } catch {
            throw SluiceError(
                .apiCoding,
                "The JSON is not what was expected here.",
                hint: "Is the service of the same version as this command?",
                cause: error
            )
        }
    }
}
