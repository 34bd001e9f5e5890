internal import CSimdjson
internal import EventModel
internal import Settings

/// `partition: "dt={timestamp:%Y-%m-%d}/service={service}"` sends each record to the output of its values.
struct PartitionStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "partition",
        summary: "Sends records to outputs by the values of their fields.",
        semantics: 1,
        example: "- partition: \"dt={timestamp:%Y-%m-%d}/service={service}\"",
        options: [
            .init(
                "by",
                "template",
                standard: nil,
                "Fills `{partition}`: `{field}` is a value, `{field:%Y-%m-%d}` the time in a field."
            ),
            .init("missing", "name", standard: "_missing", "Stands for null and for absent fields."),
            .init("zone", "time zone", standard: "UTC", "The zone in which times are written."),
            .init(
                "roll",
                "records, size",
                standard: "none",
                "Begins the next `{part}` of an output when it has that many records or bytes."
            ),
        ],
        notes: """
            The text alone is short for `{ by: … }`. Values are made safe as parts of keys: every byte but
            letters, digits and `. _ ~ = + @ -` becomes `%XX`, also a dot at the beginning; nothing is
            `_empty`; parts of more than 255 bytes are cut and end in a hash. Times without an offset are
            those of UTC; a record whose time cannot be read is rejected.

            With `roll: { records: 100000, size: 64MiB }` a part ends with the record that is the last it may
            have, or that brings it to that many bytes before compression; `{part}` counts from 0. One object,
            or one member, makes at most `max_outputs` outputs (see the limits).
            """,
        samples: [#"{"timestamp":"2026-11-21T03:07:00Z","service":"web"}"#, #"{"timestamp":"soon"}"#]
    )

    private let template: PartitionTemplate
    private let missing: [UInt8]
    private let zone: Zone
    private let reader: TimeField
    /// When an output's next part begins.
    let outputRoll: OutputRoll?

    /// Fills `{partition}`, and `{part}` where there are several.
    var placeholders: [String] { outputRoll == nil ? ["partition"] : ["partition", "part"] }

    private init(
        _ template: PartitionTemplate,
        missing: [UInt8] = Array("_missing".utf8),
        zone: Zone = .utc,
        roll: OutputRoll? = nil
    ) {
        self.template = template
        self.missing = missing
        self.zone = zone
        reader = TimeField(reader: TimeReader(layouts: [TimeLayout(.auto)], zone: .utc))
        outputRoll = roll
    }

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        context.noteOutputs("partition", notBehind: ["partition"], node)
        guard case .mapping = node.value else {
            return PartitionTemplate.read(node, &context).map { [PartitionStep($0)] } ?? []
        }
        guard var options = MappingReader(node, &context.diagnostics) else { return [] }
        let by = options.required("by", &context.diagnostics)
        let missing = options.optional("missing")
        let zone = options.optional("zone")
        let roll = options.optional("roll")
        options.finish(&context.diagnostics)
        let template = by.flatMap { PartitionTemplate.read($0, &context) }
        let name = missing.map { $0.text(&context.diagnostics) } ?? "_missing"
        let written = zone.map { context.zone($0) } ?? .utc
        let limits = roll.map { self.roll($0, &context) } ?? .some(nil)
        guard let template, let name, let written, let limits else { return [] }
        let safe = ByteBuffer()
        var text = name
        text.withUTF8 { unsafe SafeKeyPart.append(UnsafeRawBufferPointer($0), to: safe) }
        return [PartitionStep(template, missing: unsafe Array(safe.bytes), zone: written, roll: limits)]
    }

    private static func roll(_ node: ConfigNode, _ context: inout StepContext) -> OutputRoll?? {
        guard var options = MappingReader(node, &context.diagnostics) else { return nil }
        let records = options.optional("records")?.integer(in: 1...Int.max, &context.diagnostics)
        let size = options.optional("size")?.byteCount(in: 1...Int.max, &context.diagnostics)
        options.finish(&context.diagnostics)
        if records == nil, size == nil {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.path) does not say when an output is full.",
                hint: "Write roll: { records: 100000 }, or { size: 64MiB }.",
                at: node
            )
            return nil
        }
        return .some(OutputRoll(records: records.map { UInt64($0) }, bytes: size.map { UInt64($0) }))
    }

    /// What lasts from record to record of a batch.
    private struct Run {
        let reference: Instant?
        var reading = TimeMemory()
        var writing = TimeMemory()
        /// The times of the record, in the order of the template.
        var times: [ReadTime?] = []
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        let memory = batch.partitions
        var run = Run(reference: batch.unit.objectTime.map { Instant($0) })
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            let mark = batch.arena.count
            if let fault = makeKey(of: record, in: batch, memory.key, &run) {
                unsafe batch.records[index].reject(fault)
            } else {
                var hash = StableHash()
                unsafe hash.add(memory.key.bytes)
                if let number = memory.number(hash.low) {
                    unsafe batch.records[index].output = number
                } else if let number = number(of: record, in: batch, &run) {
                    memory.insert(hash.low, number)
                    unsafe batch.records[index].output = number
                } else {
                    unsafe batch.records[index].reject(.timeOutOfRange)
                }
            }
            // What was decoded is needed no longer than this.
            batch.arena.count = mark
        }
    }

    /// Writes the bytes that decide about the partition: the output so far, and for each segment the raw
    /// value or what is shown of its time.
    @inline(__always)
    private func makeKey(
        of record: sluice_record,
        in batch: RecordBatch,
        _ key: ByteBuffer,
        _ run: inout Run
    ) -> RejectReason? {
        key.removeAll()
        key.appendNumber(UInt64(record.output))
        run.times.removeAll(keepingCapacity: true)
        for part in template.deciding {
            let field = batch.lastField(part.symbol, of: record)
            if part.seconds == 0 {
                let length = UInt64(field?.value_length ?? 0)
                key.appendNumber(UInt64(field?.tag ?? UInt8(SLUICE_NULL)) | length << 8)
                guard let field else { continue }
                unsafe key.append(UnsafeRawBufferPointer(start: batch.start(of: field), count: Int(length)))
                continue
            }
            let read = field.flatMap { reader.time(of: $0, in: batch, near: run.reference, &run.reading) }
            switch read {
            case nil:
                run.times.append(nil)
                key.append(0)
            case .failure(let fault): return RejectReason(fault)
            case .success(let time):
                run.times.append(time)
                let offset = zone.part(at: time.instant.seconds, &run.writing.part).offset
                key.append(1)
                key.appendNumber(
                    UInt64(
                        bitPattern: (time.instant.seconds &+ Int64(offset)).dividedDown(by: part.seconds)
                    )
                )
                if part.showsZone { key.appendNumber(UInt64(bitPattern: Int64(offset))) }
            }
        }
        return nil
    }

    /// The number of the record's output, by its name; nil where its time cannot be written.
    private func number(of record: sluice_record, in batch: RecordBatch, _ run: inout Run) -> UInt32? {
        let path = batch.partitions.path
        path.removeAll()
        var times = run.times[...]
        for (index, component) in template.components.enumerated() {
            if index > 0 { path.append(UInt8(ascii: "/")) }
            let start = path.count
            for segment in component {
                switch segment {
                case .literal(let bytes): unsafe bytes.withUnsafeBytes { unsafe path.append($0) }
                case .field(let symbol): append(batch.lastField(symbol, of: record), in: batch, to: path)
                case .time(_, let layout, _):
                    guard append(times.popFirst() ?? nil, layout, to: path, &run) else { return nil }
                }
            }
            SafeKeyPart.shorten(path, from: start)
        }
        let route = record.output == 0 ? nil : batch.outputs.names[Int(record.output) - 1].route
        let text = unsafe String(decoding: path.bytes, as: UTF8.self)
        return batch.outputs.number(of: OutputName(route: route, partition: text))
    }

    private func append(_ field: sluice_field?, in batch: RecordBatch, to path: ByteBuffer) {
        guard let field, field.tag != UInt8(SLUICE_NULL) else {
            unsafe missing.withUnsafeBytes { unsafe path.append($0) }
            return
        }
        if field.tag == UInt8(SLUICE_TRUE) || field.tag == UInt8(SLUICE_FALSE) {
            let word: StaticString = field.tag == UInt8(SLUICE_TRUE) ? "true" : "false"
            unsafe path.append(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
            return
        }
        if field.isEscaped { batch.arena.reserve(Int(field.value_length)) }
        unsafe SafeKeyPart.append(batch.plainText(of: field), to: path)
    }

    private func append(
        _ time: ReadTime?,
        _ layout: TimeLayout,
        to path: ByteBuffer,
        _ run: inout Run
    ) -> Bool {
        guard let time else {
            unsafe missing.withUnsafeBytes { unsafe path.append($0) }
            return true
        }
        let written = ByteBuffer()
        guard layout.write(time, in: zone, to: written, &run.writing) else { return false }
        unsafe SafeKeyPart.append(written.bytes, to: path)
        return true
    }
}

extension ByteBuffer {
    /// Appends eight bytes.
    @inline(__always)
    fileprivate func appendNumber(_ number: UInt64) {
        reserve(8)
        unsafe base.storeBytes(of: number, toByteOffset: count, as: UInt64.self)
        count &+= 8
    }
}

extension Int64 {
    /// The quotient, rounded down; the divisor is positive.
    @inline(__always)
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient &- 1 : quotient
    }
}
