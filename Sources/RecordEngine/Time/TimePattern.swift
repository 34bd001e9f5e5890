internal import Settings

/// Compiles patterns in the syntax of strftime (POSIX.1-2024, `strftime` and `strptime`).
///
/// Beyond POSIX: `%f` is the fraction of a second with as many digits as the text has, `%3f`, `%6f` and `%9f`
/// with so many, and `%:z` is `%z` with a colon (GNU date).
enum TimePattern {
    /// Longest pattern, in bytes.
    static let maximumBytes = 200

    private typealias Item = TimeLayout.Item

    /// The elements of a pattern, or what is wrong with it.
    static func compile(
        _ text: String,
        for use: TimeLayout.Use
    ) -> Result<[TimeLayout.Item], TimeLayout.Mistake> {
        guard !text.isEmpty, text.utf8.count <= maximumBytes else {
            return mistake("must have 1 to \(maximumBytes) bytes.")
        }
        var items: [Item] = []
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard character == "%" else {
                append(character, to: &items)
                continue
            }
            guard let made = conversion(&rest) else {
                return mistake(
                    "has '%\(rest.first.map(String.init) ?? "")', which is no known part of a time.",
                    "Known: %Y %m %d %H %M %S %f %3f %6f %9f %z %:z %Z %b %B %a %A %e %j %y %p %I %s %T %D "
                        + "%F %R %n %t %%."
                )
            }
            items += made
        }
        let kinds = Set(items.map(\.kind))
        if !kinds.contains(where: isConversion) {
            return mistake(
                "has no part of a time, and is no name of a layout.",
                Suggestion.hint(for: text, among: TimeLayout.Name.allCases.map(\.rawValue))
            )
        }
        if use == .reading, let missing = missingPart(kinds) { return missing }
        return .success(items)
    }

    private static func isConversion(_ kind: TimeLayout.Kind) -> Bool {
        kind != .literal && kind != .space && kind != .anySpace
    }

    private static func append(_ character: Character, to items: inout [Item]) {
        if character == " " {
            if items.last?.kind != .space { items.append(Item(kind: .space)) }
            return
        }
        for byte in character.utf8 { items.append(Item(kind: .literal, argument: byte)) }
    }

    /// What stands behind a percent sign; nil, and nothing taken, where that is unknown.
    private static func conversion(_ rest: inout Substring) -> [Item]? {
        for (prefix, digits) in [("3f", 3), ("6f", 6), ("9f", 9)] as [(String, UInt8)] {
            guard rest.hasPrefix(prefix) else { continue }
            rest.removeFirst(2)
            return [Item(kind: .fraction, argument: digits)]
        }
        if rest.hasPrefix(":z") {
            rest.removeFirst(2)
            return [Item(kind: .colonOffset)]
        }
        guard let letter = rest.first, let items = items(of: letter) else { return nil }
        rest.removeFirst()
        return items
    }

    private static func items(of letter: Character) -> [Item]? {
        switch letter {
        case "Y": [Item(kind: .year)]
        case "y": [Item(kind: .shortYear)]
        case "m": [Item(kind: .month)]
        case "d": [Item(kind: .day)]
        case "e": [Item(kind: .paddedDay)]
        case "j": [Item(kind: .dayOfYear)]
        case "H": [Item(kind: .hour)]
        case "I": [Item(kind: .hour12)]
        case "M": [Item(kind: .minute)]
        case "S": [Item(kind: .second)]
        case "f": [Item(kind: .fraction)]
        case "p": [Item(kind: .half)]
        case "z": [Item(kind: .offset)]
        case "Z": [Item(kind: .zoneName)]
        case "b": [Item(kind: .monthShort)]
        case "B": [Item(kind: .monthFull)]
        case "a": [Item(kind: .dayShort)]
        case "A": [Item(kind: .dayFull)]
        case "s": [Item(kind: .epochSeconds)]
        case "n": [Item(kind: .anySpace, argument: 0x0A)]
        case "t": [Item(kind: .anySpace, argument: 0x09)]
        case "%": [Item(kind: .literal, argument: UInt8(ascii: "%"))]
        case "T": joined([.hour, .minute, .second], by: ":")
        case "R": joined([.hour, .minute], by: ":")
        case "D": joined([.month, .day, .shortYear], by: "/")
        case "F": joined([.year, .month, .day], by: "-")
        default: nil
        }
    }

    private static func joined(_ kinds: [TimeLayout.Kind], by separator: Character) -> [Item] {
        var items: [Item] = []
        for kind in kinds {
            if !items.isEmpty { append(separator, to: &items) }
            items.append(Item(kind: kind))
        }
        return items
    }

    /// A text without a day cannot be a time; an hour of twelve needs its half of the day.
    private static func missingPart(
        _ kinds: Set<TimeLayout.Kind>
    ) -> Result<[TimeLayout.Item], TimeLayout.Mistake>? {
        let hasMonth = !kinds.isDisjoint(with: [.month, .monthShort, .monthFull])
        let hasDay = hasMonth && !kinds.isDisjoint(with: [.day, .paddedDay])
        if !hasDay, !kinds.contains(.dayOfYear), !kinds.contains(.epochSeconds) {
            return mistake("names no day.", "A layout for reading needs %m or %b with %d, or %j, or %s.")
        }
        if kinds.contains(.hour12) != kinds.contains(.half) {
            return mistake("needs %I together with %p.", "%H is the hour from 00 to 23.")
        }
        return nil
    }

    private static func mistake(
        _ message: String,
        _ hint: String? = nil
    ) -> Result<[TimeLayout.Item], TimeLayout.Mistake> {
        .failure(TimeLayout.Mistake(message: message, hint: hint))
    }
}
