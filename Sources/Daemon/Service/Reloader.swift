internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Logging
internal import Settings

/// Reads the configuration again, one reload after another; a mistake changes nothing and says why.
actor Reloader {
    private let file: String
    private let started: SluiceConfiguration
    private let assembly: ProcessingAssembly
    private let processor: EventProcessor
    private let logger: Logger

    /// Reloads into a running processor.
    init(
        _ configuration: SluiceConfiguration,
        assembly: ProcessingAssembly,
        processor: EventProcessor,
        logger: Logger
    ) {
        file = configuration.file
        started = configuration
        self.assembly = assembly
        self.processor = processor
        self.logger = logger
    }

    /// Reads the file and swaps the configuration if it is without mistakes; all findings are logged and
    /// returned.
    func reload() async -> CheckView {
        let result = ConfigurationLoader.load(path: file)
        let view = CheckView(result)
        FindingLog.write(view, to: logger)
        guard let configuration = result.configuration else {
            logger.error(
                "The configuration was not reloaded; the old one stays in use.",
                metadata: ["file": "\(file)"]
            )
            return view
        }
        do throws(SluiceError) {
            try await processor.reload(
                try assembly.processing(configuration, workers: started.workers)
            )
        } catch {
            logger.error("The configuration was not reloaded.", error: error, metadata: ["file": "\(file)"])
            let finding = FindingView(
                severity: "error",
                code: error.code.name,
                message: error.message,
                hint: error.hint,
                line: 1,
                column: 1,
                path: ""
            )
            return CheckView(ok: false, file: file, findings: view.findings + [finding])
        }
        warnOfFixedSettings(configuration)
        logger.notice("The configuration was reloaded.", metadata: ["file": "\(file)"])
        return view
    }

    private func warnOfFixedSettings(_ next: SluiceConfiguration) {
        let changed = started.fixedSettings(changedIn: next)
        if changed.isEmpty { return }
        logger.warning(
            "Some settings take effect at the next start.",
            metadata: ["settings": "\(changed.joined(separator: ", "))"]
        )
    }
}

/// Findings about the configuration in the service's log.
enum FindingLog {
    /// One line for each finding.
    static func write(_ view: CheckView, to logger: Logger) {
        for finding in view.findings {
            let level: Logger.Level = finding.severity == "error" ? .error : .warning
            var metadata: Logger.Metadata = [
                "code": "\(finding.code)", "place": "\(view.file):\(finding.line):\(finding.column)",
            ]
            if let hint = finding.hint { metadata["hint"] = "\(hint)" }
            logger.log(level: level, "\(finding.message)", metadata: metadata)
        }
    }
}
