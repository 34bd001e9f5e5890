internal import EventModel
internal import Settings

extension StepContext {
    /// A time zone: `UTC`, an offset, or a name of the IANA database.
    mutating func zone(_ node: ConfigNode) -> Zone? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let zone = Zone(fixed: text) { return zone }
        guard ZoneFiles.isName(text), let bytes = resources.zones.read(text) else {
            let names = resources.zones.names()
            let nearest = Suggestion.nearest(to: text, among: names)
            let hint =
                names.isEmpty
                ? "This machine has no time zones: install tzdata, or write an offset such as +02:00."
                : "Write a name of the IANA database such as Europe/Berlin, or an offset such as +02:00."
            diagnostics.error(
                .configUnknownZone,
                "\(node.path): there is no time zone '\(text)'.",
                hint: nearest.map { "Did you mean '\($0)'?" } ?? hint,
                at: node
            )
            return nil
        }
        do throws(ZoneFile.Mistake) {
            return try ZoneFile.read(bytes, name: text)
        } catch {
            diagnostics.error(
                .configUnknownZone,
                "\(node.path): the table of the time zone '\(text)' cannot be used. \(error.message)",
                hint: "Names under right/ count leap seconds; use the one without right/.",
                at: node
            )
            return nil
        }
    }

    /// A layout; reports what is wrong with it.
    mutating func timeLayout(_ node: ConfigNode, for use: TimeLayout.Use) -> TimeLayout? {
        guard let text = node.text(&diagnostics) else { return nil }
        switch TimeLayout.compile(text, for: use) {
        case .success(let layout): return layout
        case .failure(let mistake):
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) \(mistake.message)",
                hint: mistake.hint,
                at: node
            )
            return nil
        }
    }

    /// One layout or a list of them.
    mutating func timeLayouts(_ node: ConfigNode) -> [TimeLayout] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        if items.isEmpty { diagnostics.error(.configInvalidValue, "\(node.path) is empty.", at: node) }
        return items.compactMap { timeLayout($0, for: .reading) }
    }
}
