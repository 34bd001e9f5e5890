import HTTPTransport

/// The reader of stores' answers: what it makes of a document, written down again, it reads the same.
enum FuzzXML {
    /// The word on the command line.
    static let name = "xml"

    /// Reads the bytes, and what they said once more.
    static func check(_ bytes: [UInt8]) {
        guard let node = try? XMLReader.parse(bytes) else { return }
        var text: [UInt8] = []
        write(node, to: &text)
        // Escapes make it longer, never deeper.
        let again = try? XMLReader.parse(text, limits: XMLReader.Limits(bytes: 1 << 30))
        precondition(again == node, "A document reads differently when it is written down again.")
    }

    private static func write(_ node: XMLNode, to text: inout [UInt8]) {
        text += "<\(node.name)>".utf8
        for byte in node.text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): text += "&lt;".utf8
            case UInt8(ascii: "&"): text += "&amp;".utf8
            default: text.append(byte)
            }
        }
        for child in node.children { write(child, to: &text) }
        text += "</\(node.name)>".utf8
    }
}
