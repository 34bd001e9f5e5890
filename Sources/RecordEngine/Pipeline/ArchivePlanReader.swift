internal import EventModel
internal import Settings

/// The value of `unarchive`: `auto`, `tar`, `zip`, `none` or `{ format, members, merge }`.
enum ArchivePlanReader {
    /// The plan; nil where there is a mistake.
    static func read(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> ArchivePlan? {
        guard case .mapping = node.value else {
            return node.choice(ArchiveFormat.self, &diagnostics).map { ArchivePlan(format: $0) }
        }
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        var plan = ArchivePlan()
        if let format = reader.optional("format") {
            plan.format = format.choice(ArchiveFormat.self, &diagnostics) ?? plan.format
        }
        if let members = reader.optional("members") { plan.members = patterns(members, &diagnostics) }
        if let merge = reader.optional("merge")?.boolean(&diagnostics) { plan.merge = merge }
        reader.finish(&diagnostics)
        return plan
    }

    private static func patterns(_ node: ConfigNode, _ diagnostics: inout Diagnostics) -> [Glob] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        return items.compactMap { item in
            guard let text = item.text(&diagnostics) else { return nil }
            do throws(GlobError) { return try Glob(text) } catch {
                diagnostics.error(
                    .configInvalidValue,
                    "\(item.path) is no pattern: \(error.message)",
                    hint: "'*' stays within a folder, '**/' crosses folders, as in \"**/*.log\".",
                    at: item
                )
                return nil
            }
        }
    }
}
