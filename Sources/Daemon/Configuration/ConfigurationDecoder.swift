internal import EventModel
internal import FunctionRuntime
internal import Settings
internal import TriggerRules

/// Turns the located tree into a configuration.
///
/// Each part is decoded as far as it can be although others are wrong; names that are declared count as known
/// even when what they name is wrong, so one mistake is one finding.
struct ConfigurationDecoder {
    /// The configuration file's absolute path.
    let file: String
    /// Where relative paths begin.
    let directory: String
    /// Variables, files, processors.
    let surroundings: ConfigurationSurroundings
    /// What was found so far.
    var diagnostics: Diagnostics

    /// What `memory` may be: one ordinary window, or as much as any machine has.
    private static let memory = (64 << 20)...(1 << 50)

    /// The names that the file declares, whatever became of what they name.
    struct Names {
        /// Of buckets.
        var buckets: [String] = []
        /// Of functions.
        var functions: [String] = []
    }

    /// One entry under a name of the user's choice, with what it was decoded to.
    struct Named<Value> {
        /// The entry as it stands in the file.
        let entry: ConfigNode.Entry
        /// What it was decoded to; nil when it is wrong.
        let value: Value?
    }

    /// Decodes the whole file.
    mutating func decode(_ source: [UInt8]) -> SluiceConfiguration? {
        guard let root = YAML.parse(source, &diagnostics), var reader = MappingReader(root, &diagnostics)
        else {
            return nil
        }
        let statePath = reader.optional("state").flatMap { path($0) } ?? LexicalPath.join(directory, "state")
        let workers = reader.optional("workers").flatMap { $0.integer(in: 1...4096, &diagnostics) }
        let maxPending = reader.optional("max_pending").flatMap {
            $0.integer(in: 1...100_000_000, &diagnostics)
        }
        let memory = reader.optional("memory").flatMap { $0.byteCount(in: Self.memory, &diagnostics) }
        let doors = reader.optional("listen").map { decodeListen($0) } ?? Doors()
        let bucketEntries = entries(of: reader.required("buckets", &diagnostics))
        let functionEntries = entries(of: reader.required("functions", &diagnostics))
        let triggerEntries = entries(of: reader.optional("triggers"))
        let scheduleEntries = entries(of: reader.optional("schedules"))
        let names = Names(buckets: bucketEntries.map(\.name), functions: functionEntries.map(\.name))
        reader.finish(&diagnostics)

        let buckets = bucketEntries.map { entry in
            Named(
                entry: entry,
                value: decodeBucket(entry, state: statePath, hasWebhook: doors.webhook != nil, names)
            )
        }
        let functions = functionEntries.map { entry in Named(entry: entry, value: decodeFunction(entry)) }
        let triggers = triggerEntries.map { entry in
            Named(entry: entry, value: decodeTrigger(entry, functions: functions, names))
        }
        let schedules = scheduleEntries.map { entry in
            Named(entry: entry, value: decodeSchedule(entry, functions: functions, triggers: triggers, names))
        }
        checkDirectories(buckets, state: statePath)
        checkPlaces(buckets)
        checkUse(buckets, functions, triggers, schedules)
        checkStoring(buckets, triggers)
        checkFlow(buckets, functions, triggers)
        return SluiceConfiguration(
            file: file,
            state: statePath,
            workers: workers ?? 4 * surroundings.processorCount,
            maxPending: maxPending ?? 1_000_000,
            memoryBytes: memory ?? 1 << 30,
            listen: doors.api,
            webhook: doors.webhook,
            buckets: buckets.compactMap(\.value),
            functions: functions.compactMap(\.value),
            triggers: triggers.compactMap(\.value),
            schedules: schedules.compactMap(\.value)
        )
    }

    /// An absolute path; reports and returns nil when the node is no path.
    mutating func path(_ node: ConfigNode) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        if text.isEmpty || text.utf8.contains(0) {
            diagnostics.error(.configInvalidValue, "\(node.path) must be a path.", at: node)
            return nil
        }
        if text == "~" || text.hasPrefix("~/") {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) begins with '~', which is not expanded.",
                hint: "Write the whole path, or one relative to the configuration file.",
                at: node
            )
            return nil
        }
        return LexicalPath.join(directory, text)
    }

    /// The entries under names of the user's choice; reports names that cannot be used.
    private mutating func entries(of node: ConfigNode?) -> [ConfigNode.Entry] {
        guard let node else { return [] }
        guard case .mapping(let entries) = node.value else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be a mapping of names, not \(node.kind).",
                at: node
            )
            return []
        }
        for entry in entries where !Self.isName(entry.name) {
            diagnostics.add(
                Diagnostic(
                    .error,
                    .configInvalidValue,
                    "'\(entry.name.prefix(80))' cannot be a name.",
                    hint: "Use up to 63 letters, digits, '-', '_' and '.', and begin with a letter or digit.",
                    at: entry.location,
                    path: entry.value.path
                )
            )
        }
        return entries
    }

    /// Names appear in `bucket:key`, in labels of metrics and on command lines, so they are plain.
    private static func isName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        return isAlphanumeric(first)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }
}
