internal import EventModel
internal import RecordEngine
internal import Testing

/// Python's csv and json say what the records are.
@Suite struct FramingOracleTests {
    private static let files = 50

    /// A file of CSV: quotes, delimiters and line feeds in fields, and quotes that mean nothing.
    private static func csv(_ random: inout SeededRandom) -> [UInt8] {
        var text = ""
        for _ in 0..<Int(random.next() % 60) {
            var fields: [String] = []
            for _ in 0...Int(random.next() % 6) {
                let word = ["", "a", "x y", "5\" b", "é漢", "1.5", "a,b", "c\nd", "say \"hi\"", "\r\n"]
                let value = word[Int(random.next() % 10)]
                let isQuoted = value.contains { ",\n".contains($0) || $0 == "\r\n" } || value.hasPrefix("say")
                fields.append(
                    isQuoted || random.next() % 3 == 0
                        ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value
                )
            }
            text += fields.joined(separator: ",") + (random.next() % 4 == 0 ? "\r\n" : "\n")
        }
        return bytes(text)
    }

    private static func json(_ random: inout SeededRandom, _ depth: Int) -> String {
        let blank = ["", "", " ", "\n", "\r\n\t"][Int(random.next() % 5)]
        let kind = random.next() % (depth > 4 ? 4 : 6)
        switch kind {
        case 0: return blank + "\"a\\\"}]{[,\\\\\"" + blank
        case 1: return blank + "-1.5e3" + blank
        case 2: return blank + "null" + blank
        case 3: return blank + "\"é\\u00e9\\n\"" + blank
        default:
            let items = (0..<Int(random.next() % 4)).map { _ in json(&random, depth + 1) }
            if kind == 4 { return "[" + blank + items.joined(separator: ",") + "]" + blank }
            return "{" + blank + items.map { "\"k\"" + blank + ":" + $0 }.joined(separator: ",") + "}" + blank
        }
    }

    @Test("rows are those of Python's csv, on random files")
    func rows() throws {
        var random = SeededRandom(41)
        let inputs = (0..<Self.files).map { _ in Self.csv(&random) }
        let script = """
            import csv, io, json, sys
            for name in sys.argv[1:]:
                text = open(name, encoding='utf-8', newline='').read()
                lines = [line + '\\n' for line in text.split('\\n')[:-1]]
                sys.stdout.write(json.dumps(list(csv.reader(lines))) + '\\n')
            """
        // What Python reads of each of our rows alone is what it reads of the file.
        let cut = try inputs.map { try frameAtAllChunks("- frame: csv\n- parse: raw", $0).records }
        let single = """
            import csv, io, json, sys
            for name in sys.argv[1:]:
                rows = []
                for record in open(name, 'rb').read().decode('utf-8').split('\\0')[:-1]:
                    lines = [line + '\\n' for line in record.split('\\n')]
                    rows += list(csv.reader(lines))
                sys.stdout.write(json.dumps(rows) + '\\n')
            """
        let wanted = try Python.run(script, files: inputs)
        let found = try Python.run(single, files: cut.map { Array($0.map { $0 + [0] }.joined()) })
        #expect(wanted.status == 0 && found.status == 0)
        #expect(wanted.output.count > 5_000 && found.output == wanted.output)
        let rows = String(decoding: wanted.output, as: UTF8.self).split(separator: "\n")
        #expect(rows.count == Self.files)
    }

    @Test(
        "elements and documents are those of Python's json, on random files",
        arguments: ["array", "documents", "explode"]
    )
    func values(_ layout: String) throws {
        var random = SeededRandom(42)
        var inputs: [[UInt8]] = []
        for _ in 0..<Self.files {
            let values = (0..<Int(random.next() % 12)).map { _ in
                "{\"v\":" + Self.json(&random, 0) + "}"
            }
            let list = "[" + values.joined(separator: " ,\n") + "]"
            switch layout {
            case "array": inputs.append(bytes(list))
            case "documents":
                inputs.append(bytes(values.joined(separator: random.next() % 2 == 0 ? "" : "\n")))
            default:
                let other = Self.json(&random, 0)
                inputs.append(bytes("{\"x\":\(other), \"Records\" : \(list),\"y\":\(other)}"))
            }
        }
        let steps = [
            "array": "- frame: json_array\n- parse: json",
            "documents": "- frame: json_documents\n- parse: json",
            "explode": "- parse: { format: json, explode: Records }",
        ]
        let cut = try inputs.map { input in
            let framed = try frameAtAllChunks(try #require(steps[layout]), input)
            #expect(framed.rejected.isEmpty && framed.oversized.isEmpty)
            #expect(framed.records.allSatisfy { !$0.contains(10) })
            return Array(framed.records.map { $0 + [10] }.joined())
        }
        let script = """
            import json, sys
            decode = json.JSONDecoder().raw_decode
            for name in sys.argv[1:]:
                text = open(name, encoding='utf-8', newline='').read().strip()
                values, at = [], 0
                while at < len(text):
                    value, at = decode(text, at)
                    values.append(value)
                    while at < len(text) and text[at] in ' \\t\\r\\n':
                        at += 1
                if '\(layout)' == 'array': values = values[0]
                if '\(layout)' == 'explode': values = values[0]['Records']
                print(json.dumps(values))
            """
        let lines = """
            import json, sys
            for name in sys.argv[1:]:
                lines = open(name, 'rb').read().decode('utf-8').split('\\n')[:-1]
                print(json.dumps([json.loads(line) for line in lines]))
            """
        let wanted = try Python.run(script, files: inputs)
        let found = try Python.run(lines, files: cut)
        #expect(wanted.status == 0 && found.status == 0)
        #expect(wanted.output.count > 2_000 && found.output == wanted.output)
    }
}
