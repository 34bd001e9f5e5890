internal import EventModel
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Testing

/// Archives as partners send them.
enum Tar {
    /// A tar of regular files (POSIX.1-2017, pax, "ustar Interchange Format").
    static func archive(_ files: [(name: String, text: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            bytes += header(file.name, size: file.text.utf8.count) + Array(file.text.utf8)
            while bytes.count % 512 != 0 { bytes.append(0) }
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    /// The same in gzip.
    static func packed(_ files: [(name: String, text: String)]) throws -> [UInt8] {
        let definition = try function("pack", "[ { decompress: none }, { compress: gzip } ]")
        let pipeline = try #require(definition.pipeline)
        return try #require(try pipeline.runInMemory(archive(files)).results.first).bytes
    }

    /// A function of steps in YAML.
    static func function(_ name: FunctionName, _ steps: String) throws -> FunctionDefinition {
        var diagnostics = Diagnostics()
        let node = try #require(YAML.parse(Array("steps: \(steps)".utf8), &diagnostics))
        let definition = FunctionDefinition.decode(name: name, node: node, &diagnostics)
        return try #require(definition, "\(diagnostics.findings)")
    }

    /// The header of a file of `size` bytes.
    static func header(_ name: String, size: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int) {
            let value = Array(text.utf8)
            block.replaceSubrange(offset..<(offset + value.count), with: value)
        }
        func octal(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, 0)
        put(octal(0o644, 7), 100)
        put(octal(size, 11), 124)
        put(octal(1_700_000_000, 11), 136)
        put("0", 156)
        put("ustar\u{0}00", 257)
        put("        ", 148)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", 148)
        return block
    }
}
