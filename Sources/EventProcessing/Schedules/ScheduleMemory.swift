public import EventModel
internal import FoundationEssentials

/// What the ledger keeps of a schedule, as a note: how far it was handled, and what came of it.
package struct ScheduleMemory: Codable, Sendable, Hashable {
    /// A job that was made.
    package struct Run: Codable, Sendable, Hashable {
        /// The job.
        package let job: Int64
        /// When it was due.
        package let due: Timestamp
        /// When it was made.
        package let made: Timestamp

        /// Describes a run.
        package init(job: Int64, due: Timestamp, made: Timestamp) {
            self.job = job
            self.due = due
            self.made = made
        }
    }

    /// The expression and zone that it was handled by.
    package var timing: String
    /// Every due moment up to here is handled: made, left out, or waiting.
    package var handled: Timestamp
    /// Due moments whose jobs are yet to be made, oldest first.
    package var waiting: [Timestamp] = []
    /// The last job that was made.
    package var last: Run?
    /// Runs that were left out because the former job had not ended.
    package var skipped: Int64 = 0
    /// The latest of them.
    package var lastSkipped: Timestamp?
    /// Runs that were due while no service ran, and were left out.
    package var missed: Int64 = 0
    /// Why the last run could make no job.
    package var failure: String?

    /// Nothing came of it yet.
    package init(timing: String, handled: Timestamp) {
        self.timing = timing
        self.handled = handled
    }

    /// The name of a schedule's note.
    static func note(_ schedule: String) -> String { "schedule \(schedule)" }
    /// The name of the note about its last run that was asked for by hand.
    static func handNote(_ schedule: String) -> String { "schedule \(schedule) by hand" }
}

/// What is kept in notes as JSON.
enum NoteCoding {
    /// The words of a value.
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers, texts and moments can always be written.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Reads what `text` wrote.
    static func value<Value: Decodable>(
        _ type: Value.Type,
        _ text: String,
        of name: String
    ) throws(SluiceError) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch {
            throw SluiceError(
                .scheduleNote,
                "The ledger's note '\(name)' is of another version of this program.",
                hint: "Give the schedule another name.",
                cause: error
            )
        }
    }
}

extension SluiceError.Code {
    /// What the ledger keeps of a schedule cannot be read.
    public static let scheduleNote = Self("schedule.unreadable-note", .usage)
    /// There is no such schedule.
    public static let scheduleUnknown = Self("schedule.unknown", .usage)
}
