internal import ArgumentParser
internal import ControlPlane
internal import EventModel
internal import EventProcessing

/// `sluice job …`
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Run a trigger's function over what already lies in its bucket.",
        discussion: """
            'sluice job plan' says what a job would do, 'sluice job start' does it, below live traffic. \
            --stale remakes what another logic or version made, --missing what was never made, --failed what \
            is dead.
            """,
        subcommands: [
            Plan.self, Start.self, List.self, Show.self, Watch.self, Pause.self, Resume.self, Cancel.self,
            Priority.self, Report.self,
        ]
    )

    /// `sluice job plan`
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a job would do, by finding its objects and trying a few; writes nothing."
        )

        @OptionGroup var selection: JobSelection
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let plan = try await JobDoor.plan(try selection.specification(), try await options.door())
            try options.show(plan, JobText.plan(plan, Terminal.output))
        }
    }

    /// `sluice job start`
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a job; it goes on without this command, also over restarts of the service."
        )

        @OptionGroup var selection: JobSelection
        @OptionGroup var terms: JobTerms
        @Flag(help: "Show the plan and start nothing.") var dryRun = false
        @Flag(help: "Show its progress until it ends; exit code 1 unless all succeeded.") var watch = false
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var specification = try selection.specification()
            try terms.apply(to: &specification)
            let door = try await options.door()
            if dryRun {
                let plan = try await JobDoor.plan(specification, door)
                return try options.show(plan, JobText.plan(plan, Terminal.output))
            }
            let job = try await door.post(JobView.self, "/v1/jobs", specification)
            if watch {
                if !options.json { Terminal.note("job \(job.id) started") }
                return try await JobWatcher(door: door, options: options).watch(job.id)
            }
            let note = door.isService ? "" : "; no service runs, so it begins with the next 'sluice serve'"
            try options.show(job, "job \(job.id) started\(note)\n")
        }
    }

    /// `sluice job list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List jobs, newest first.")

        @Option(help: "At most so many; 1 to 1000.") var limit = 20
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let page = try await door.get(JobPageView.self, "/v1/jobs", ["limit": "\(limit)"])
            try options.show(
                page,
                page.jobs.isEmpty ? "No jobs.\n" : JobText.list(page.jobs, Terminal.output)
            )
        }
    }

    /// `sluice job show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a job, and what failed of it.")

        @Argument(help: "The job's number.") var id: Int64
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let job = try await door.get(JobView.self, "/v1/jobs/\(id)")
            let groups = job.failed == 0 ? [] : try await JobDoor.failures(of: id, door)
            try options.show(job, JobText.job(job, groups, Terminal.output))
        }
    }

    /// `sluice job watch`
    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a job's progress until it ends; exit code 1 unless all succeeded."
        )

        @Argument(help: "The job's number.") var id: Int64
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            try await JobWatcher(door: try await options.door(), options: options).watch(id)
        }
    }

    /// `sluice job pause`
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin nothing more of a job until it is resumed; what runs goes on to its end."
        )

        @Argument(help: "The job's number.") var id: Int64
        @Option(help: "Why; shown with the job.") var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await JobDoor.change(id, "pause", reason, options) }
    }

    /// `sluice job resume`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Go on with a paused job.")

        @Argument(help: "The job's number.") var id: Int64
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await JobDoor.change(id, "resume", nil, options) }
    }

    /// `sluice job cancel`
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a job; what runs for it alone is told to end, and what is done stays."
        )

        @Argument(help: "The job's number.") var id: Int64
        @Option(help: "Why; shown with the job.") var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await JobDoor.change(id, "cancel", reason, options) }
    }

    /// `sluice job priority`
    struct Priority: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change which job is served first.")

        @Argument(help: "The job's number.") var id: Int64
        @Argument(help: "Higher is served first.") var priority: Int
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            let body = PriorityBody(priority: priority)
            let job = try await door.post(JobView.self, "/v1/jobs/\(id)/priority", body)
            try options.show(job, "job \(id) has priority \(job.priority)\n")
        }
    }

    /// `sluice job report`
    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Write a line for each object of a job: CSV as S3 Batch Operations writes it, or NDJSON."
        )

        @Argument(help: "The job's number.") var id: Int64
        @Option(help: "csv or ndjson.") var format: JobReportFormat = .csv
        @Flag(help: "Only the objects that failed.") var failed = false
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let door = try await options.door()
            _ = try await door.get(JobView.self, "/v1/jobs/\(id)")
            let states = failed ? "failed" : nil
            var isFirst = true
            try await JobDoor.tasks(of: id, states: states, door) { page throws(SluiceError) in
                Terminal.write(try format.text(page.tasks, isFirst: isFirst))
                isFirst = false
            }
        }
    }
}
