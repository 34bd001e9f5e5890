internal import EventModel
internal import Glibc
internal import RecordEngine
internal import Testing

/// What decoding made of some bytes.
struct Decoded: Equatable {
    var text: [UInt8]
    var warnings: [String]
    var codec: InputCodec?
}

/// Decodes with reads of `chunk` stored bytes and calls for `step` bytes of text.
func decode(
    _ bytes: [UInt8],
    as codec: InputCodec = .auto,
    chunk: Int = .max,
    step: Int = 1 << 16,
    limits: EngineLimits = EngineLimits()
) throws(SluiceError) -> Decoded {
    try decode(from: MemorySource(bytes, chunk: chunk), as: codec, step: step, limits: limits)
}

/// Decodes a source.
func decode(
    from source: any ByteSource,
    as codec: InputCodec = .auto,
    step: Int = 1 << 16,
    limits: EngineLimits = EngineLimits()
) throws(SluiceError) -> Decoded {
    let decoder = TextDecoder(InputLayers(codec), source: source, limits: limits)
    let buffer = ByteBuffer()
    while try decoder.read(into: buffer, upTo: step) > 0 {}
    return Decoded(text: unsafe Array(buffer.bytes), warnings: decoder.warnings, codec: decoder.codec)
}

/// The code that decoding fails with; nil when it succeeds.
func failure(
    _ bytes: [UInt8],
    as codec: InputCodec = .auto,
    chunk: Int = .max,
    limits: EngineLimits = EngineLimits()
) -> String? {
    do throws(SluiceError) {
        _ = try decode(bytes, as: codec, chunk: chunk, limits: limits)
        return nil
    } catch { return error.code.name }
}

/// Compresses by our own encoder, in byte mode.
func encode(_ text: [UInt8], _ codec: OutputCodec) throws(SluiceError) -> [UInt8] {
    var driver = PipelineDriver(processor: nil)
    driver.input = .none
    driver.output = codec
    let sinks = MemorySinks()
    _ = try driver.run(source: MemorySource(text), sinks: sinks, executor: InlineExecutor())
    return sinks.result.bytes
}

/// `text`, as python3 or the codec's own command stores it: encoders that nobody here wrote.
func stored(_ text: [UInt8], as codec: InputCodec) throws -> [UInt8] {
    let command =
        switch codec {
        case .auto, .none: "cat"
        case .gzip: "gzip -c"
        case .zstd: "zstd -c --check"
        case .bzip2: "bzip2 -c"
        case .xz: "xz -c"
        case .lz4: "lz4 -c"
        case .zlib: python("zlib.compress(text)")
        case .deflate: python("zlib.compressobj(wbits=-15); text = text.compress(data) + text.flush()")
        }
    return try #require(system(command, text))
}

/// A command that writes what a Python expression makes of the `text` on its standard input.
func python(_ expression: String) -> String {
    "python3 -c 'import sys, zlib, bz2, lzma, gzip; text = data = sys.stdin.buffer.read(); "
        + "text = \(expression); sys.stdout.buffer.write(text)'"
}

/// Bytes of a string.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A generator with a fixed seed (xorshift64*, Vigna 2016).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Log-like lines of different lengths, the same for every run.
func sampleLines(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SeededRandom(seed)
    var text: [UInt8] = []
    let words = [
        "GET", "POST", "/index.html", "/api/v1/orders", "alice", "Mozilla/5.0", "status=200", "\u{20AC}",
    ]
    for line in 0..<count {
        text += bytes("\(line) ")
        for _ in 0..<Int(random.next() % 12) { text += bytes("\(words[Int(random.next() % 8)]) ") }
        text += bytes("\(random.next() % 100_000)\n")
    }
    return text
}

/// Runs a command of the system with `input` on its standard input; nil when it fails or is missing.
func system(_ command: String, _ input: [UInt8]) -> [UInt8]? {
    var name = Array("/tmp/sluice-codec-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&name) != nil else { return nil }
    let folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { _ = unsafe Glibc.system("rm -rf '\(folder)'") }
    guard write(input, to: folder + "/in") else { return nil }
    guard unsafe Glibc.system("\(command) < '\(folder)/in' > '\(folder)/out' 2> '\(folder)/err'") == 0 else {
        return nil
    }
    return read(folder + "/out")
}

private func write(_ bytes: [UInt8], to path: String) -> Bool {
    guard let file = unsafe fopen(path, "wb") else { return false }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    return unsafe fclose(file) == 0 && written == bytes.count
}

private func read(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe fread(&chunk, 1, chunk.count, file)
        if count == 0 { return all }
        all += chunk[..<count]
    }
}
