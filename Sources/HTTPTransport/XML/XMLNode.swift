/// An element of a document, with what is in it.
public struct XMLNode: Sendable, Hashable {
    /// The local name: without a prefix such as `s3:`.
    public let name: String
    /// The text directly in it, all pieces joined, without white space between children.
    public let text: String
    /// The elements directly in it, in order.
    public let children: [XMLNode]

    /// Makes an element.
    public init(name: String, text: String = "", children: [XMLNode] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name; O(children).
    public func child(_ name: String) -> XMLNode? { children.first { $0.name == name } }

    /// All children of that name, in order; O(children).
    public func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

    /// The text of the first child of that name; O(children).
    public func text(of name: String) -> String? { child(name)?.text }

    /// The first element of that name below this one, in document order; O(document).
    public func first(below name: String) -> XMLNode? {
        for child in children {
            if child.name == name { return child }
            if let found = child.first(below: name) { return found }
        }
        return nil
    }
}
