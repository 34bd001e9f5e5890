public import EventModel

/// `bucket:key` with placeholders: where an output goes.
///
/// `{key}` is the whole source key, `{dir}` its directories (when there are none, the slash behind it goes
/// too), `{name}` its last component, `{stem}` the name without codec and format extension, `{ext}` those
/// extensions (when there are none, the dot before it goes too), so that `{dir}/{stem}.{ext}` is the key
/// again. `{member}`, `{output}`, `{partition}` and `{part}` come from the function; an object that a
/// function finds to be no archive is its own member, by its name without the extension of a codec.
public struct OutputTemplate: Sendable, Hashable {
    /// Longest key that S3 takes, in bytes (Amazon S3 User Guide, "Naming Amazon S3 objects").
    public static let maximumKeyBytes = 1024

    /// The output's bucket.
    public let bucket: BucketName
    /// The key's template as written.
    public let text: String
    /// The template in parts.
    let pieces: [TemplatePiece]

    /// Wraps a template that was checked; one that is no template stands for itself.
    public init(bucket: BucketName, text: String) {
        self.bucket = bucket
        self.text = text
        let key = Array(text.utf8)
        let names = Set(text.split(whereSeparator: { $0 == "{" || $0 == "}" }).map(String.init))
        pieces = (try? TemplatePiece.parse(key, partitionKeys: names, offset: 0)) ?? [.literal(key)]
    }

    /// Reads `bucket:key`; `partitionKeys` are further placeholders that the function gives.
    public static func parse(
        _ text: String,
        partitionKeys: Set<String> = []
    ) throws(TemplateError) -> OutputTemplate {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
            throw TemplateError("The bucket is missing.", hint: "Write \"bucket:{key}\".", at: 0)
        }
        let bucket = BucketName(String(text[..<colon]))
        let key = text[text.index(after: colon)...]
        let offset = bucket.rawValue.utf8.count + 1
        let pieces = try TemplatePiece.parse(Array(key.utf8), partitionKeys: partitionKeys, offset: offset)
        try check(String(key), pieces, offset: offset)
        return OutputTemplate(bucket: bucket, text: String(key))
    }

    /// The output's key for a source key and further placeholders (`member`, `output`…).
    ///
    /// Throws `output.invalid-key` when a placeholder has no value or the result cannot be a key.
    public func render(
        source key: ObjectKey,
        placeholders: [String: String] = [:]
    ) throws(SluiceError) -> ObjectKey {
        let parts = NameParts(key.bytes)
        var result: [UInt8] = []
        var dropsSlash = false
        for piece in pieces {
            switch piece {
            case .literal(let bytes):
                result += dropsSlash && bytes.first == UInt8(ascii: "/") ? bytes.dropFirst() : bytes[...]
                dropsSlash = false
            case .placeholder(let name):
                let value = try value(of: name, parts, placeholders, source: key)
                dropsSlash = name == "dir" && value.isEmpty
                if name == "ext", value.isEmpty, result.last == UInt8(ascii: ".") { result.removeLast() }
                result += value
            }
        }
        try Self.validate(result, of: self, source: key)
        return ObjectKey(bytes: result)
    }

    /// The placeholders in the template that only functions fill.
    public var functionPlaceholders: [String] {
        TemplatePiece.outputPlaceholders.filter { contains($0) }
    }

    /// Whether a placeholder stands in the template.
    func contains(_ name: String) -> Bool { pieces.contains(.placeholder(name)) }

    private func value(
        of name: String,
        _ parts: NameParts,
        _ placeholders: [String: String],
        source: ObjectKey
    ) throws(SluiceError) -> ArraySlice<UInt8> {
        switch name {
        case "key": return parts.key[...]
        case "dir": return parts.key[parts.directory]
        case "name": return parts.key[parts.name]
        case "stem": return parts.key[parts.stem]
        case "ext": return parts.key[parts.ext]
        default:
            if let value = placeholders[name] { return Array(value.utf8)[...] }
            if name == "member" { return parts.key[parts.unpackedName] }
            throw SluiceError(
                .outputInvalidKey,
                "The template '\(description)' needs {\(name)}, which the function did not give.",
                hint: "Take {\(name)} out of the template, or use a function that gives it."
            )
        }
    }
}

extension OutputTemplate: CustomStringConvertible {
    /// `bucket:key` as written.
    public var description: String { "\(bucket):\(text)" }

    /// Mistakes that show without any source key.
    private static func check(_ key: String, _ pieces: [TemplatePiece], offset: Int) throws(TemplateError) {
        if key.isEmpty {
            throw TemplateError("The key is missing.", hint: "Write \"bucket:{key}\".", at: offset)
        }
        if key.hasPrefix("/") { throw TemplateError("A key does not begin with '/'.", at: offset) }
        if key.hasSuffix("/") {
            throw TemplateError(
                "A key does not end with '/'.",
                hint: "Add {name}.",
                at: offset + key.utf8.count - 1
            )
        }
        var position = offset
        for component in key.split(separator: "/", omittingEmptySubsequences: false) {
            if component.isEmpty { throw TemplateError("A component of the key is empty.", at: position) }
            if component == "." || component == ".." {
                throw TemplateError("'\(component)' cannot be a component of a key.", at: position)
            }
            if component == ".sluice" && position == offset {
                throw TemplateError("Keys under '.sluice/' belong to Sluice.", at: position)
            }
            position += component.utf8.count + 1
        }
    }

    /// The store would refuse such keys, or take them to mean another place.
    private static func validate(
        _ key: [UInt8],
        of template: OutputTemplate,
        source: ObjectKey
    ) throws(SluiceError) {
        let reason: String
        let components = key.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if key.isEmpty {
            reason = "is empty"
        } else if components.contains(where: \.isEmpty) {
            reason = "has an empty component"
        } else if components.contains(where: { $0.allSatisfy { $0 == UInt8(ascii: ".") } && $0.count < 3 }) {
            reason = "has a component '.' or '..'"
        } else if components.first?.elementsEqual(".sluice".utf8) == true {
            reason = "lies under '.sluice/'"
        } else if key.contains(0) {
            reason = "has a NUL byte"
        } else if key.count > maximumKeyBytes {
            reason = "is longer than \(maximumKeyBytes) bytes"
        } else {
            return
        }
        throw SluiceError(
            .outputInvalidKey,
            "The output key '\(ObjectKey(bytes: key))' of '\(source)' by template '\(template)' \(reason).",
            hint: "Change the trigger's template, or the object's name."
        )
    }
}
