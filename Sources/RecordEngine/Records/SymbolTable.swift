internal import CSimdjson

/// The names that a function mentions, numbered when it is compiled: 1, 2, …; 0 is every other name.
struct SymbolTable: Sendable {
    /// The most names that one function may mention.
    static let maximumCount = 4_000

    /// Name `i` has symbol `i + 1`.
    private(set) var names: [String] = []
    private var symbols: [String: UInt16] = [:]

    /// The number of a name, which is new where nobody mentioned it before.
    mutating func symbol(for name: String) -> UInt16 {
        if let symbol = symbols[name] { return symbol }
        names.append(name)
        // Too many names are refused once all steps were read.
        let symbol = UInt16(clamping: names.count)
        symbols[name] = symbol
        return symbol
    }

    /// The number of a name that somebody mentioned; 0 where nobody did.
    func known(_ name: String) -> UInt16 { symbols[name] ?? 0 }

    /// Makes the table that the kernels read; one per thread, so that it has one owner.
    func makeLookup() -> SymbolLookup { SymbolLookup(names) }
}

/// Owns the C form of a symbol table.
@safe final class SymbolLookup {
    /// What the kernels take; valid as long as this object lives.
    let handle: OpaquePointer

    private let names: [String]

    /// Copies the names; the first gets the symbol 1.
    fileprivate init(_ names: [String]) {
        guard let handle = unsafe sluice_symbols_new() else {
            preconditionFailure("There is no memory for the names of a function.")
        }
        unsafe self.handle = unsafe handle
        self.names = names
        for (index, name) in names.enumerated() {
            let text = Array(name.utf8)
            let json = Array("\"".utf8) + JSONText.escaped(text) + Array("\":".utf8)
            let isAdded = unsafe sluice_symbols_add(
                handle,
                UInt16(index + 1),
                text,
                text.count,
                json,
                json.count
            )
            precondition(isAdded, "There is no memory for the names of a function.")
        }
    }

    deinit { unsafe sluice_symbols_free(handle) }

    /// A name as the inside of a JSON string.
    func escapedName(of symbol: UInt16) -> [UInt8] { JSONText.escaped(Array(names[Int(symbol) - 1].utf8)) }

    /// The number of a name, or 0.
    func find(_ name: UnsafeBufferPointer<UInt8>) -> UInt16 {
        guard let start = name.baseAddress else { return 0 }
        return unsafe sluice_symbols_find(handle, start, name.count)
    }
}
