package import ControlPlane
package import EventModel
package import ObjectStorage

/// Something that is no object, and why.
package struct IneligibleView: Codable, Sendable, Hashable {
    package let place: PlaceView
    package let reason: String

    package init(place: PlaceView, reason: String) {
        self.place = place
        self.reason = reason
    }
}

/// What `sluice ls` writes, page by page: nothing of a page is kept but what is no object.
package struct ListingStream {
    /// So many entries that are no objects are named.
    private static let mostOthers = 1000
    /// `999,999,999,999`: wider figures move their line.
    private static let bytesWidth = 15
    /// `2026-10-01 00:00:00`.
    private static let timeWidth = 19

    private let bucket: BucketName
    private let json: Bool
    private let style: Style
    private var objectCount = 0
    private var otherCount = 0
    private var others: [IneligibleView] = []

    /// Begins a listing.
    package init(bucket: BucketName, json: Bool, style: Style) {
        self.bucket = bucket
        self.json = json
        self.style = style
    }

    /// The text of one page.
    package mutating func add(_ page: [ListEntry]) throws(SluiceError) -> String {
        var objects: [ObjectInfo] = []
        for entry in page {
            switch entry {
            case .object(let info): objects.append(info)
            case .ineligible(let key, let reason):
                otherCount += 1
                if others.count < Self.mostOthers {
                    others.append(IneligibleView(place: PlaceView(bucket, key), reason: reason))
                }
            }
        }
        var text = ""
        for info in objects.sorted(by: { $0.key < $1.key }) {
            let view = ObjectView(info)
            if json {
                text += objectCount == 0 ? "{\"objects\":[\n" : ",\n"
                text += try Self.line(view)
            } else {
                if objectCount == 0 { text += head }
                text += row(view)
            }
            objectCount += 1
        }
        return text
    }

    /// What stands at the end.
    package func end() throws(SluiceError) -> String {
        if json {
            var text = objectCount == 0 ? "{\"objects\":[" : "\n"
            text += "],\"not_objects\":["
            for (index, other) in others.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + (try Self.line(other))
            }
            return text + "],\"not_object_count\":\(otherCount)}\n"
        }
        var text = objectCount == 0 ? "No objects.\n" : ""
        for other in others {
            text +=
                style("not an object  \(other.place.key): \(Printable.escape(other.reason))", .faint) + "\n"
        }
        if otherCount > others.count {
            text += style("not an object  \(Figures.count(otherCount - others.count)) more", .faint) + "\n"
        }
        return text
    }

    private static func line(_ view: some Encodable) throws(SluiceError) -> String {
        String(decoding: try ViewCoding.encode(view), as: UTF8.self)
    }

    private var head: String {
        let bytes = String(repeating: " ", count: Self.bytesWidth - 5) + "BYTES"
        let modified = "MODIFIED" + String(repeating: " ", count: Self.timeWidth - 8)
        return style("\(bytes)  \(modified)  KEY", .strong) + "\n"
    }

    private func row(_ view: ObjectView) -> String {
        let bytes = Figures.count(view.sizeBytes)
        let time = Figures.time(view.modified)
        return String(repeating: " ", count: max(0, Self.bytesWidth - bytes.count)) + bytes + "  " + time
            + String(repeating: " ", count: max(0, Self.timeWidth - time.count)) + "  "
            + Printable.escape(view.key) + "\n"
    }
}
