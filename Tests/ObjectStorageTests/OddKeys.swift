internal import EventModel
internal import TestSupport

/// Keys that go wrong easily (traps K01, K02, K03, K05, K07, W17): all can be paths, and none lies below
/// another.
enum OddKeys {
    static let all: [ObjectKey] = chosen + made(400)

    private static let chosen: [ObjectKey] = {
        let texts = [
            "a b", "a+b", "a%20b", "a%2Bb", "a%", "a%zz", "u\u{308}", "\u{FC}", "\u{1F600}",
            "x\u{202E}gnp", "\u{FEFF}bom", "\u{FFFF}", "line\nbreak", "tab\there", "\u{1}", "\u{7F}",
            "\u{1B}[31mred", "Case", "case", "CON", "nul.txt", "back\\slash", "-rf", "~",
            ".hidden", "a..b", "..c", String(repeating: "n", count: 255),
        ]
        let invalid: [[UInt8]] = [[0xFF, 0xFE], [0x61, 0xC3], [0x64, 0x2F, 0x80, 0x81]]
        // 25 components of 200 bytes: 5,024 bytes, where PATH_MAX is 4,096.
        let component = String(repeating: "p", count: 200)
        let long = Array(repeating: component, count: 25).joined(separator: "/")
        return texts.map { ObjectKey($0) } + invalid.map { ObjectKey(bytes: $0) } + [ObjectKey(long)]
    }()

    private static let pieces: [[UInt8]] = [
        "a", "B", " ", "+", "%", "%20", "%2F", "%00", ".", "..", "\u{308}", "\u{FC}", "\u{1F600}", "\u{202E}",
        "\u{FEFF}", "\u{FFFF}", "\u{2028}", "\n", "\r\n", "\t", "\u{1}", "\u{7F}", "\u{1B}[31m", "\\", "\"",
        "'", "`", "&amp;", "<", ">", "]]>", "?", "#", "=", "&", ":", ";", ",", "|", "*", "{key}", "[a]",
        "$HOME", "~", "-", "@", "!", "(", ")", "^",
    ].map { Array($0.utf8) }
    private static let broken: [[UInt8]] = [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    /// One to four components of one to five pieces; the first ends with the key's number. Every tenth is no
    /// UTF-8.
    private static func made(_ count: Int) -> [ObjectKey] {
        var random = TestRandom(seed: 28)
        return (0..<count).map { number in
            var components: [[UInt8]] = []
            for _ in 0...random.below(4) {
                var component: [UInt8] = []
                for _ in 0...random.below(5) { component += pieces[random.below(pieces.count)] }
                let isDots = component == [0x2E] || component == [0x2E, 0x2E]
                components.append(isDots ? component + [0x61] : component)
            }
            if number % 10 == 0 { components[0] += broken[random.below(broken.count)] }
            components[0] += Array("\(number)".utf8)
            return ObjectKey(bytes: Array(components.joined(separator: [UInt8(ascii: "/")])))
        }
    }
}
