internal import Settings

/// The steps on records.
enum StepKind: String, CaseIterable, Sendable {
    /// Keeps records for which a condition holds.
    case keepIf = "keep_if"
    /// Drops records for which a condition holds.
    case dropIf = "drop_if"
    /// Named as in the configuration.
    case keep, drop, rename, set, text, redact, trim
    /// Makes text lower or upper case.
    case letterCase = "case"
    /// Replaces what a pattern matches.
    case replace
    /// Gives absent fields a value.
    case standard = "default"
    /// Named as in the configuration.
    case compact, flatten
    /// Parses the text of a field.
    case parseField = "parse_field"
    /// Named as in the configuration.
    case sample, limit, dedupe, route, partition, timestamp, convert, aggregate

    /// What the step is.
    var spec: ComponentSpec {
        switch self {
        case .keepIf: ConditionStep.keepIf
        case .dropIf: ConditionStep.dropIf
        case .keep: KeepStep.spec
        case .drop: DropStep.spec
        case .rename: RenameStep.spec
        case .set: SetStep.spec
        case .text: TextStep.spec
        case .redact: RedactStep.spec
        case .trim: TrimStep.spec
        case .letterCase: CaseStep.spec
        case .replace: ReplaceStep.spec
        case .standard: DefaultStep.spec
        case .compact: CompactStep.spec
        case .flatten: FlattenStep.spec
        case .parseField: ParseFieldStep.spec
        case .sample: SampleStep.spec
        case .limit: LimitStep.spec
        case .dedupe: DedupeStep.spec
        case .route: RouteStep.spec
        case .partition: PartitionStep.spec
        case .timestamp: TimestampStep.spec
        case .convert: ConvertStep.spec
        case .aggregate: AggregateStep.spec
        }
    }

    /// Whether the step may stand before `parse`, on the raw line.
    var worksOnLines: Bool { self == .keepIf || self == .dropIf }

    /// Compiles the step; none when there is a mistake, several where its entries work one after another.
    func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        switch self {
        case .keepIf: ConditionStep.compile(node, keeps: true, &context)
        case .dropIf: ConditionStep.compile(node, keeps: false, &context)
        case .keep: KeepStep.compile(node, &context)
        case .drop: DropStep.compile(node, &context)
        case .rename: RenameStep.compile(node, &context)
        case .set: SetStep.compile(node, &context)
        case .text: TextStep.compile(node, &context)
        case .redact: RedactStep.compile(node, &context)
        case .trim: TrimStep.compile(node, &context)
        case .letterCase: CaseStep.compile(node, &context)
        case .replace: ReplaceStep.compile(node, &context)
        case .standard: DefaultStep.compile(node, &context)
        case .compact: CompactStep.compile(node, &context)
        case .flatten: FlattenStep.compile(node, &context)
        case .parseField: ParseFieldStep.compile(node, &context)
        case .sample: SampleStep.compile(node, &context)
        case .limit: LimitStep.compile(node, &context)
        case .dedupe: DedupeStep.compile(node, &context)
        case .route: RouteStep.compile(node, &context)
        case .partition: PartitionStep.compile(node, &context)
        case .timestamp: TimestampStep.compile(node, &context)
        case .convert: ConvertStep.compile(node, &context)
        case .aggregate: AggregateStep.compile(node, &context)
        }
    }
}
