/// How a time is written: a name such as `rfc3339`, or a pattern in the syntax of strftime.
///
/// Compiled once; plain values that any thread reads.
package struct TimeLayout: Sendable, Hashable {
    /// The forms that have a name.
    package enum Name: String, CaseIterable, Sendable {
        /// The known forms, told apart by their shape; for reading only.
        case auto
        /// `2026-11-21T03:07:00.123Z` (RFC 3339), also `2026-11-21 03:07:00`, `20261121T030700Z`.
        case rfc3339
        /// The same as `rfc3339`.
        case iso8601
        /// `Sat, 21 Nov 2026 03:07:00 +0000` (RFC 5322 section 3.3, with the obsolete forms).
        case rfc2822
        /// `Nov 21 03:07:00` (RFC 3164 section 4.1.2).
        case rfc3164
        /// `21/Nov/2026:03:07:00 +0000` (httpd.apache.org/docs/2.4/logs.html).
        case clf
        /// A number since 1970 whose size tells its unit; written as seconds with a fraction.
        case epoch
        /// Seconds since 1970.
        case epochSeconds = "epoch_s"
        /// Milliseconds since 1970.
        case epochMilliseconds = "epoch_ms"
        /// Microseconds since 1970.
        case epochMicroseconds = "epoch_us"
        /// Nanoseconds since 1970.
        case epochNanoseconds = "epoch_ns"
    }

    /// What a layout is for.
    package enum Use: Sendable {
        /// Text becomes a time.
        case reading
        /// A time becomes text.
        case writing
    }

    /// Why a text is no layout.
    package struct Mistake: Error, Hashable {
        /// A sentence that follows the layout's path.
        package let message: String
        /// What to write instead.
        package let hint: String?
    }

    /// One element of a pattern.
    struct Item: Sendable, Hashable {
        /// What is read or written.
        var kind: Kind
        /// The byte of a literal, the digits of a fraction.
        var argument: UInt8 = 0
    }

    /// The elements of patterns.
    enum Kind: UInt8, Sendable {
        /// One byte as it stands.
        case literal
        /// One or more spaces or tabs; written as one space.
        case space
        /// Any white space, none included; written as `argument`.
        case anySpace
        /// `%Y`, `%y`, `%m`, `%d`, `%e`, `%j`, `%H`, `%I`, `%M`, `%S`.
        case year, shortYear, month, day, paddedDay, dayOfYear, hour, hour12, minute, second
        /// `%f` with any number of digits, or `argument` of them.
        case fraction
        /// `%p`, `%z`, `%:z`, `%Z`.
        case half, offset, colonOffset, zoneName
        /// `%b`, `%B`, `%a`, `%A`, `%s`.
        case monthShort, monthFull, dayShort, dayFull, epochSeconds
    }

    /// As the configuration has it.
    package let text: String
    /// The name, where it is none of the patterns.
    let name: Name?
    /// The pattern; also that of a name, as far as it is written by one.
    let items: [Item]
    /// The most bytes that a time takes.
    let maximumBytes: Int

    /// Names what is written as a JSON number.
    package var isNumber: Bool {
        switch name {
        case .epoch, .epochSeconds, .epochMilliseconds, .epochMicroseconds, .epochNanoseconds: true
        default: items.count == 1 && items[0].kind == .epochSeconds
        }
    }

    /// A layout with a name.
    package init(_ name: Name) {
        self.text = name.rawValue
        self.name = name
        items = Self.items(of: name)
        maximumBytes = Self.bound(items)
    }

    /// Compiles a name, or a pattern, for one use.
    package static func compile(_ text: String, for use: Use) -> Result<TimeLayout, Mistake> {
        if let name = Name(rawValue: text) {
            if name == .auto, use == .writing {
                let hint = "Write rfc3339, epoch_ms, or a pattern such as '%Y-%m-%d'."
                return .failure(Mistake(message: "'auto' is for reading times.", hint: hint))
            }
            return .success(TimeLayout(name))
        }
        return TimePattern.compile(text, for: use).map { TimeLayout(text, items: $0) }
    }

    private init(_ text: String, items: [Item]) {
        self.text = text
        name = nil
        self.items = items
        maximumBytes = Self.bound(items)
    }

    private static func items(of name: Name) -> [Item] {
        let pattern =
            switch name {
            case .rfc3339, .iso8601: "%Y-%m-%dT%H:%M:%S"
            case .rfc2822: "%a, %d %b %Y %H:%M:%S %z"
            case .rfc3164: "%b %e %H:%M:%S"
            case .clf: "%d/%b/%Y:%H:%M:%S %z"
            default: "%s"
            }
        guard case .success(let items) = TimePattern.compile(pattern, for: .writing) else { return [] }
        return items
    }

    /// Nine letters of a name, ten digits and an offset of nine are the longest; zones' names are cut.
    private static func bound(_ items: [Item]) -> Int {
        items.reduce(48) { $0 + ($1.kind == .literal ? 1 : $1.kind == .epochSeconds ? 24 : 12) }
    }
}
