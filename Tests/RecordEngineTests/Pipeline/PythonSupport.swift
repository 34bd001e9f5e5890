internal import Glibc

/// Runs python3 as an oracle that shares no code with the engine.
enum Python {
    struct Failure: Error {}

    /// Runs a script with files as its arguments; standard output goes to a file, whose bytes are returned.
    static func run(_ script: String, files: [[UInt8]]) throws -> (status: Int32, output: [UInt8]) {
        var template = Array("/tmp/sluice-oracle-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Failure() }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let names = ["script.py"] + files.indices.map { "input\($0)" } + ["output"]
        defer {
            for name in names { unsafe unlink("\(directory)/\(name)") }
            unsafe rmdir(directory)
        }
        try write(Array(script.utf8), to: "\(directory)/script.py")
        for (index, file) in files.enumerated() { try write(file, to: "\(directory)/input\(index)") }
        let arguments = files.indices.map { "'\(directory)/input\($0)'" }.joined(separator: " ")
        let status = unsafe system("python3 '\(directory)/script.py' \(arguments) > '\(directory)/output'")
        return (status, try read("\(directory)/output"))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = unsafe fopen(path, "wb") else { throw Failure() }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, count == bytes.count else { throw Failure() }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "rb") else { throw Failure() }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
