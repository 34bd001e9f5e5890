internal import CSimdjson

/// JSON strings outside the hot loops.
enum JSONText {
    /// The inside of a JSON string; bytes that are no UTF-8 become U+DC80 to U+DCFF (PEP 383).
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: bytes.count * 6 + 16) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            unsafe count = sluice_json_escape(bytes, bytes.count, start, true)
        }
    }

    /// A whole JSON string.
    static func quoted(_ text: String) -> String {
        "\"" + String(decoding: escaped(Array(text.utf8)), as: UTF8.self) + "\""
    }
}
