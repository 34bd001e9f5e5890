internal import CSimdjson

/// `parse: aws_vpc_flow`: flow logs of Amazon VPC.
///
/// Columns are those of the header line that files in S3 begin with, or of the default format, version 2
/// (docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
@safe final class VPCFlowParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "aws_vpc_flow",
        summary: "Flow logs of Amazon VPC, with the columns of their header line.",
        semantics: 1,
        example: "- parse: aws_vpc_flow",
        options: [
            ComponentSpec.Option(
                "columns",
                "list of names",
                standard: "the header line, or version 2",
                "The columns of a custom format, in order."
            )
        ],
        notes: """
            Files that VPC delivers to S3 begin with a header line, which is used and dropped; without one the
            columns are those of the default format. Names have `_` for `-`. `-` is null; ports, counters,
            times and flags are numbers, all else is text: an account number keeps its zeros. Records of
            `NODATA` and `SKIPDATA` are records, with null in most columns.
            """,
        samples: [
            "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 "
                + "1418530070 ACCEPT OK",
            "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
            "account-id srcaddr bytes\n012345678901 10.0.0.1 512\n012345678901 10.0.0.1",
        ]
    )

    /// The default format.
    private static let defaultColumns = [
        "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol",
        "packets", "bytes", "start", "end", "action", "log-status",
    ]
    /// The further columns of custom formats.
    private static let customColumns = [
        "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr", "region",
        "az-id", "sublocation-type", "sublocation-id", "pkt-src-aws-service", "pkt-dst-aws-service",
        "flow-direction", "traffic-path", "ecs-cluster-arn", "ecs-cluster-name",
        "ecs-container-instance-arn", "ecs-container-instance-id", "ecs-container-id",
        "ecs-second-container-id", "ecs-service-name", "ecs-task-definition-arn", "ecs-task-arn",
        "ecs-task-id", "reject-reason", "resource-id", "encryption-status",
    ]
    /// Columns whose values are numbers, as fields.
    private static let numbers = Set(
        [
            "version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "tcp_flags",
            "traffic_path",
        ].map { Array($0.utf8) }
    )

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        let columns = ColumnLayout.option(&options, &context)
        let known = columns ?? (defaultColumns + customColumns).map { Array($0.utf8) }
        let names = known.map { String(decoding: ColumnLayout.fieldName($0), as: UTF8.self) }
        return ParserPlan(spec, fields: KnownFields(isOpen: columns == nil, names: names)) { _ in
            VPCFlowParser(columns)
        }
    }

    private let columns: [[UInt8]]?
    /// The unit that `layout` is for.
    private var unit: UnitContext?
    private var header: [UInt8] = []
    private var layout: ColumnLayout?

    /// Takes the columns of the configuration.
    private init(_ columns: [[UInt8]]?) { self.columns = columns }

    private static let knownWords = Set((defaultColumns + customColumns).map { Array($0.utf8) })

    /// Whether a line of these words names columns.
    static func isHeader(_ words: [[UInt8]]) -> Bool {
        words.count > 2 && words.allSatisfy(knownWords.contains)
    }

    /// Fills the fields of every live record; drops header and blank lines, rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        if batch.unit !== unit { begin(batch) }
        let templates = layout?.templates(batch.arena) ?? []
        let header = header
        unsafe templates.withUnsafeBufferPointer { templates in
            unsafe batch.parseLines(fieldBound: batch.count * templates.count) { start, end, fields in
                if unsafe !header.isEmpty && start.pointee == header[0] && end - start == header.count,
                    unsafe UnsafeBufferPointer(start: start, count: header.count).elementsEqual(header)
                {
                    return .dropped
                }
                return unsafe ColumnScan.scan(batch.text, start, end, fields, templates)
            }
        }
    }

    /// Looks for the header line of a unit.
    private func begin(_ batch: RecordBatch) {
        unit = batch.unit
        let line = batch.unit.sample.prefix { $0 != Newlines.lineFeed && $0 != 0x0D }
        let words = ColumnLayout.words(line)
        let isHeader = Self.isHeader(words)
        header = isHeader ? Array(line) : []
        let names = columns ?? (isHeader ? words : Self.defaultColumns.map { Array($0.utf8) })
        layout = ColumnLayout(names, batch.symbols) { !Self.numbers.contains($0) }
    }
}
