internal import EventModel
internal import RecordEngine

/// What an object reader made of some bytes.
struct Unpacked: Equatable {
    /// Label and text of each unit that was read to its end; the label of the object itself is empty.
    var units: [Unit] = []
    /// Label and code of each member that was bad.
    var rejects: [Reject] = []
    /// The error that ended the object.
    var failure: String?
    var message: String?
    var totals = ObjectTotals()

    struct Unit: Equatable {
        var label: String
        var text: [UInt8]

        init(_ label: String, _ text: [UInt8]) {
            self.label = label
            self.text = text
        }
    }

    struct Reject: Equatable {
        var label: String
        var code: String

        init(_ label: String, _ code: String) {
            self.label = label
            self.code = code
        }
    }

    var labels: [String] { units.map(\.label) }
    /// What went wrong, without the messages.
    var verdicts: [String] { rejects.map { "\($0.label): \($0.code)" } + (failure.map { [$0] } ?? []) }
}

/// Unpacks with reads of `chunk` stored bytes and calls for `step` bytes of text.
func unpack(
    _ bytes: [UInt8],
    _ archive: ArchivePlan? = ArchivePlan(),
    chunk: Int = .max,
    step: Int = 1 << 16,
    limits: EngineLimits = EngineLimits()
) -> Unpacked {
    let plan = InputPlan(archive: archive, limits: limits)
    let reader = ObjectReader(plan, source: MemorySource(bytes, chunk: chunk))
    var result = Unpacked()
    while true {
        do throws(SluiceError) {
            guard let unit = try reader.nextUnit() else { break }
            let buffer = ByteBuffer()
            while try reader.read(into: buffer, upTo: step) > 0 {}
            result.units.append(.init(unit.label ?? "", unsafe Array(buffer.bytes)))
        } catch {
            guard reader.canContinue, let label = reader.failedLabel else {
                result.failure = error.code.name
                result.message = error.message
                break
            }
            result.rejects.append(.init(label, error.code.name))
            result.message = error.message
        }
    }
    result.totals = reader.totals
    return result
}
