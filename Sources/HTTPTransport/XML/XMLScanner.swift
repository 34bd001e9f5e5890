/// One pass over a document, with the open elements on a stack of its own, so that no input can exhaust ours.
struct XMLScanner {
    /// An element that has begun.
    private struct Open {
        /// Its name with its prefix, as a range of the document: what the end tag must repeat.
        let tag: Range<Int>
        let name: String
        /// Where its children begin in `closed`.
        let firstChild: Int
        var text = ""
    }

    private let bytes: [UInt8]
    private let rootNames: [String]
    private let limits: XMLReader.Limits
    /// How far the document is read, or where the problem is; always ≤ `bytes.count`.
    private(set) var position = 0
    private var open: [Open] = []
    /// Elements that have ended and whose parent has not: those of the innermost open element stand last, so
    /// that each list of children is made once, in its final size.
    private var closed: [XMLNode] = []
    private var elementCount = 0
    private var root: XMLNode?

    /// Will read a document whose root has one of the names, or any when there are none.
    init(_ bytes: [UInt8], _ rootNames: [String], _ limits: XMLReader.Limits) {
        self.bytes = bytes
        self.rootNames = rootNames
        self.limits = limits
    }

    /// Reads the whole document and returns its root.
    mutating func document() throws(XMLProblem) -> XMLNode {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "<") {
                try markup()
            } else {
                try text()
            }
        }
        guard open.isEmpty, let root else { throw .truncated }
        return root
    }

    /// Text up to the next `<`; outside of the root only white space is allowed.
    private mutating func text() throws(XMLProblem) {
        let start = position
        var end = start
        var hasReferences = false
        while end < bytes.count, bytes[end] != UInt8(ascii: "<") {
            if bytes[end] == UInt8(ascii: "&") { hasReferences = true }
            end += 1
        }
        guard !open.isEmpty else {
            guard let odd = bytes[start..<end].firstIndex(where: { !Self.isWhite($0) }) else {
                position = end
                return
            }
            position = odd
            throw .malformed(root == nil ? "text before the root" : "text after the root")
        }
        if hasReferences {
            append(try XMLReferences.resolve(bytes[start..<end], &position))
        } else {
            append(String(decoding: bytes[start..<end], as: UTF8.self))
        }
        position = end
    }

    private mutating func append(_ text: String) {
        let top = open.count - 1
        if open[top].text.isEmpty {
            open[top].text = text
        } else {
            open[top].text += text
        }
    }

    /// What begins with `<`.
    private mutating func markup() throws(XMLProblem) {
        guard position + 1 < bytes.count else { throw .truncated }
        switch bytes[position + 1] {
        case UInt8(ascii: "/"): try endTag()
        case UInt8(ascii: "?"): try skip(past: "?>", from: position + 2)
        case UInt8(ascii: "!"): try declaration()
        default: try startTag()
        }
    }

    /// A comment or a CDATA section (XML 1.0, sections 2.5 and 2.7); document types are refused.
    private mutating func declaration() throws(XMLProblem) {
        if try begins(with: "<!--") {
            try skip(past: "-->", from: position + 4)
        } else if try begins(with: "<![CDATA[") {
            guard !open.isEmpty else { throw .malformed("text outside of the root") }
            let start = position + 9
            try skip(past: "]]>", from: start)
            append(String(decoding: bytes[start..<position - 3], as: UTF8.self))
        } else if try begins(with: "<!DOCTYPE") {
            throw .refused("it has a document type, which could define entities")
        } else {
            throw .malformed("an unknown declaration")
        }
    }

    /// Whether the word stands here; throws when the document ends inside of it.
    private func begins(with word: StaticString) throws(XMLProblem) -> Bool {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position + offset < bytes.count else { throw .truncated }
            guard bytes[position + offset] == Self.byte(offset, of: word) else { return false }
        }
        return true
    }

    private mutating func skip(past end: StaticString, from start: Int) throws(XMLProblem) {
        let length = end.utf8CodeUnitCount
        var place = start
        while place + length <= bytes.count {
            var matching = 0
            while matching < length, bytes[place + matching] == Self.byte(matching, of: end) { matching += 1 }
            if matching == length {
                position = place + length
                return
            }
            place += 1
        }
        position = bytes.count
        throw .truncated
    }

    private mutating func startTag() throws(XMLProblem) {
        let tag = try name(at: position + 1)
        guard root == nil else { throw .malformed("a second root") }
        let name = try localName(tag)
        if open.isEmpty, !rootNames.isEmpty, !rootNames.contains(name) {
            throw .foreign(name, rootNames.joined(separator: " or "))
        }
        elementCount += 1
        guard elementCount <= limits.elements else { throw .refused("more than \(limits.elements) elements") }
        guard open.count < limits.depth else { throw .refused("elements lie deeper than \(limits.depth)") }
        let isEmpty = try skipAttributes(from: tag.upperBound)
        open.append(Open(tag: tag, name: name, firstChild: closed.count))
        if isEmpty { close() }
    }

    /// Moves past the `>` of a start tag; true when it is an empty element's.
    ///
    /// Attributes are not kept.
    private mutating func skipAttributes(from start: Int) throws(XMLProblem) -> Bool {
        position = start
        while true {
            let hadSpace = skipWhite()
            guard position < bytes.count else { throw .truncated }
            if bytes[position] == UInt8(ascii: ">") {
                position += 1
                return false
            }
            if bytes[position] == UInt8(ascii: "/") {
                guard position + 1 < bytes.count else { throw .truncated }
                guard bytes[position + 1] == UInt8(ascii: ">") else {
                    throw .malformed("a lone “/” in a tag")
                }
                position += 2
                return true
            }
            guard hadSpace else { throw .malformed("something unexpected in a tag") }
            position = try name(at: position).upperBound
            skipWhite()
            guard position < bytes.count else { throw .truncated }
            guard bytes[position] == UInt8(ascii: "=") else {
                throw .malformed("an attribute without a value")
            }
            position += 1
            skipWhite()
            guard position < bytes.count else { throw .truncated }
            let quote = bytes[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw .malformed("an attribute's value without quotes")
            }
            guard let end = bytes[(position + 1)...].firstIndex(of: quote) else {
                position = bytes.count
                throw .truncated
            }
            position = end + 1
        }
    }

    private mutating func endTag() throws(XMLProblem) {
        let tag = try name(at: position + 2)
        guard let last = open.last?.tag, isSame(last, tag) else {
            throw .malformed("an end tag that belongs to no open element")
        }
        position = tag.upperBound
        skipWhite()
        guard position < bytes.count else { throw .truncated }
        guard bytes[position] == UInt8(ascii: ">") else {
            throw .malformed("something unexpected in an end tag")
        }
        position += 1
        close()
    }

    /// Whether two names have the same bytes; a loop, because slices count references.
    private func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        var offset = 0
        while offset < left.count {
            guard bytes[left.lowerBound + offset] == bytes[right.lowerBound + offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Takes the innermost open element off the stack.
    private mutating func close() {
        guard let last = open.popLast() else { return }
        var text = last.text
        var children: [XMLNode] = []
        if last.firstChild < closed.count {
            children = Array(closed[last.firstChild...])
            closed.removeSubrange(last.firstChild...)
            if text.utf8.allSatisfy(Self.isWhite) { text = "" }
        }
        let node = XMLNode(name: last.name, text: text, children: children)
        if open.isEmpty {
            root = node
        } else {
            closed.append(node)
        }
    }

    @discardableResult
    private mutating func skipWhite() -> Bool {
        let start = position
        while position < bytes.count, Self.isWhite(bytes[position]) { position += 1 }
        return position > start
    }

    /// The name that begins at a place; throws when none does.
    private mutating func name(at start: Int) throws(XMLProblem) -> Range<Int> {
        var end = start
        while end < bytes.count, Self.isNameByte(bytes[end], isFirst: end == start) { end += 1 }
        guard end < bytes.count else {
            position = bytes.count
            throw .truncated
        }
        guard end > start else { throw .malformed("a “<” that begins no tag, or a tag without a name") }
        return start..<end
    }

    /// The part of a name behind its prefix.
    private func localName(_ tag: Range<Int>) throws(XMLProblem) -> String {
        var start = tag.upperBound
        while start > tag.lowerBound, bytes[start - 1] != UInt8(ascii: ":") { start -= 1 }
        guard start < tag.upperBound, Self.isNameByte(bytes[start], isFirst: true) else {
            throw .malformed("a prefix without a name")
        }
        return String(decoding: bytes[start..<tag.upperBound], as: UTF8.self)
    }

    private static func isWhite(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// ASCII as in XML 1.0, section 2.3; all beyond it, which is milder.
    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x3A, 0x80...: true
        case 0x30...0x39, 0x2D, 0x2E: !isFirst
        default: false
        }
    }

    /// A byte of a literal.
    private static func byte(_ offset: Int, of word: StaticString) -> UInt8 {
        unsafe word.utf8Start[offset]
    }
}
