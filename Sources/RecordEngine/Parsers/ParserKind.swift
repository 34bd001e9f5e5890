/// The formats of `parse`.
enum ParserKind: String, CaseIterable, Sendable {
    /// The words of the configuration.
    case json, combined, common, logfmt, csv, tsv, regex, grok, dissect, raw
    /// Keys and values.
    case keyValue = "key_value"
    /// The formats of servers, containers and vendors.
    case syslog, cri, docker, w3c, apacheError = "apache_error", nginxError = "nginx_error"
    /// Whichever of them fits.
    case auto
    /// The formats of Amazon's services.
    case awsALB = "aws_alb", awsS3Access = "aws_s3_access", awsVPCFlow = "aws_vpc_flow"

    /// What the format is.
    var spec: ComponentSpec {
        switch self {
        case .json: JSONParser.spec
        case .combined: AccessLogParser.combined
        case .common: AccessLogParser.common
        case .logfmt: LogfmtParser.spec
        case .csv: CSVParser.csv
        case .tsv: CSVParser.tsv
        case .regex: RegexParser.spec
        case .grok: GrokParser.spec
        case .dissect: DissectParser.spec
        case .keyValue: KeyValueParser.spec
        case .raw: RawParser.spec
        case .syslog: SyslogParser.spec
        case .cri: CRIParser.spec
        case .docker: DockerParser.spec
        case .w3c: W3CParser.spec
        case .apacheError: ApacheErrorParser.spec
        case .nginxError: NginxErrorParser.spec
        case .awsALB: ALBParser.spec
        case .awsS3Access: S3AccessParser.spec
        case .awsVPCFlow: VPCFlowParser.spec
        case .auto: AutoParser.spec
        }
    }

    /// Reads the format's options and reports their mistakes; nil where there is one.
    func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        switch self {
        case .json: JSONParser.compile(&options, &context)
        case .combined: AccessLogParser.plan(AccessLogParser.combined)
        case .common: AccessLogParser.plan(AccessLogParser.common)
        case .logfmt: LogfmtParser.plan
        case .csv: CSVParser.compile(CSVParser.csv, &options, &context)
        case .tsv: CSVParser.compile(CSVParser.tsv, &options, &context)
        case .regex: RegexParser.compile(&options, &context)
        case .grok: GrokParser.compile(&options, &context)
        case .dissect: DissectParser.compile(&options, &context)
        case .keyValue: KeyValueParser.compile(&options, &context)
        case .raw: RawParser.plan
        case .syslog: SyslogParser.plan
        case .cri: CRIParser.plan
        case .docker: DockerParser.compile(&options, &context)
        case .w3c: W3CParser.compile(&options, &context)
        case .apacheError: ApacheErrorParser.plan
        case .nginxError: NginxErrorParser.plan
        case .awsALB: ALBParser.plan
        case .awsS3Access: S3AccessParser.plan
        case .awsVPCFlow: VPCFlowParser.compile(&options, &context)
        case .auto: AutoParser.compile(&options, &context)
        }
    }
}
