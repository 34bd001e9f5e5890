internal import Settings

/// The formats that are recognised, the more specific ones first.
///
/// Formats that accept lines of many kinds (`logfmt`, `csv`) stand behind those that accept one, and fit only
/// where the sample's shape is theirs.
enum FormatName: String, CaseIterable, Sendable {
    /// JSON of one shape, and any.
    case docker, json
    /// Lines that begin with a timestamp, or one in brackets.
    case cri, combined, common
    /// The formats of Amazon's services.
    case awsALB = "aws_alb", awsS3Access = "aws_s3_access", awsVPCFlow = "aws_vpc_flow"
    /// Formats of servers.
    case w3c, apacheError = "apache_error", nginxError = "nginx_error"
    /// Formats that say little about themselves.
    case csv, logfmt, syslog

    /// Whether lines that the parser could read are of this format, as far as the sample's shape tells.
    func fits(_ sample: SampleText) -> Bool {
        switch self {
        case .json, .cri, .combined, .common, .awsALB, .awsS3Access, .apacheError, .nginxError, .syslog,
            .w3c:
            return true
        case .docker: return Self.has(sample.first, #""log":"#) && Self.has(sample.first, #""stream":"std"#)
        case .awsVPCFlow: return Self.isFlow(sample.first)
        case .csv: return sample.separated != nil
        case .logfmt: return Self.isPair(sample.first)
        }
    }

    /// The plan of the format's parser with its default options, compiled like that of a configuration.
    func plan(_ context: inout StepContext) -> ParserPlan? {
        if self == .csv {
            return ParserPlan(CSVParser.csv, fields: KnownFields(isOpen: true, names: [])) { _ in
                HeaderCSVParser()
            }
        }
        guard let kind = ParserKind(rawValue: rawValue),
            let node = YAML.parse(Array(rawValue.utf8), &context.diagnostics),
            var options = ComponentOptions(node, &context.diagnostics)
        else { return nil }
        return kind.compile(&options, &context)
    }

    private static func has(_ line: ArraySlice<UInt8>, _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard let first = wanted.first else { return true }
        return line.indices.contains { line[$0] == first && line[$0...].starts(with: wanted) }
    }

    /// A header line of VPC, or a record of its default format.
    private static func isFlow(_ line: ArraySlice<UInt8>) -> Bool {
        let words = ColumnLayout.words(line)
        if VPCFlowParser.isHeader(words) { return true }
        let statuses = ["OK", "NODATA", "SKIPDATA"].map { Array($0.utf8) }
        guard words.count == 14, let status = words.last else { return false }
        return statuses.contains(status)
    }

    /// Whether a line begins with `key=`.
    private static func isPair(_ line: ArraySlice<UInt8>) -> Bool {
        let word = line.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        guard let equals = word.firstIndex(of: UInt8(ascii: "=")), equals > word.startIndex else {
            return false
        }
        return word[..<equals].allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"),
                UInt8(ascii: "@"):
                true
            default: false
            }
        }
    }
}
