internal import EventModel

/// The keys that a template can give for the keys of a trigger.
///
/// Placeholders are taken as independent of each other, so the set is exact or too large: "all of them match"
/// holds for every real output, "none of them match" too.
struct TemplateLanguage {
    private let key: KeyLanguage
    private let directory: KeyLanguage
    private let name: KeyLanguage

    /// Prepares the parts of a trigger's keys.
    init(source: KeyLanguage) {
        key = source
        directory = source.directories
        name = source.names
    }

    /// All outputs together.
    func language(of template: OutputTemplate) -> KeyLanguage {
        let pieces = Self.joined(template.pieces)
        var result = KeyLanguage()
        for isDirectoryEmpty in template.contains("dir") ? [false, true] : [false] {
            if isDirectoryEmpty, !key.hasWordWithoutDirectory { continue }
            for isExtensionEmpty in pieces.contains(.placeholder("ext")) ? [false, true] : [false] {
                result.formUnion(variant(pieces, isDirectoryEmpty, isExtensionEmpty))
            }
        }
        return result.trimmed()
    }

    private func variant(
        _ pieces: [TemplatePiece],
        _ isDirectoryEmpty: Bool,
        _ isExtensionEmpty: Bool
    ) -> KeyLanguage {
        var language = KeyLanguage()
        var end = language.start
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .literal(var bytes):
                if isDirectoryEmpty, index > 0, pieces[index - 1] == .placeholder("dir"),
                    bytes.first == UInt8(ascii: "/")
                {
                    bytes.removeFirst()
                }
                if isExtensionEmpty, index + 1 < pieces.count, pieces[index + 1] == .placeholder("ext"),
                    bytes.last == UInt8(ascii: ".")
                {
                    bytes.removeLast()
                }
                end = language.append(bytes, after: end)
            case .placeholder("dir") where isDirectoryEmpty, .placeholder("ext") where isExtensionEmpty:
                continue
            case .placeholder(let placeholder): end = language.append(values(of: placeholder), after: end)
            }
        }
        language.accept(end)
        return language
    }

    private func values(of placeholder: String) -> KeyLanguage {
        switch placeholder {
        case "key": key
        case "dir": directory
        case "name": name
        case "stem": name.stems
        case "ext": name.extensions
        case "member", "partition": .anyKey
        default: .component
        }
    }

    /// `{stem}.{ext}` is the name again.
    private static func joined(_ pieces: [TemplatePiece]) -> [TemplatePiece] {
        var result: [TemplatePiece] = []
        for piece in pieces {
            result.append(piece)
            let tail: [TemplatePiece] = [
                .placeholder("stem"), .literal([UInt8(ascii: ".")]), .placeholder("ext"),
            ]
            if result.suffix(3).elementsEqual(tail) {
                result.replaceSubrange((result.count - 3)..., with: [.placeholder("name")])
            }
        }
        return result
    }
}
