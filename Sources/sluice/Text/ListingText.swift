package import ControlPlane

/// A bucket's content.
package struct ListingView: Codable, Sendable, Hashable {
    /// The objects, ordered by key.
    package let objects: [ObjectView]
    /// What lies in the bucket and is no object.
    package let notObjects: [IneligibleView]

    package init(objects: [ObjectView], notObjects: [IneligibleView]) {
        self.objects = objects
        self.notObjects = notObjects
    }
}

/// Something that is no object, and why.
package struct IneligibleView: Codable, Sendable, Hashable {
    package let place: PlaceView
    package let reason: String

    package init(place: PlaceView, reason: String) {
        self.place = place
        self.reason = reason
    }
}

/// How `sluice ls` tells it.
package enum ListingText {
    package static func text(_ view: ListingView, _ style: Style) -> String {
        var table = Table([.number("BYTES"), .text("MODIFIED"), .text("KEY", flexible: true)])
        for object in view.objects {
            table.add([
                Table.Cell(Figures.count(object.sizeBytes)), Table.Cell(Figures.time(object.modified)),
                Table.Cell(object.key),
            ])
        }
        var text = table.isEmpty ? "No objects.\n" : table.text(style)
        for other in view.notObjects {
            text +=
                style("not an object  \(other.place.key): \(Printable.escape(other.reason))", .faint) + "\n"
        }
        return text
    }
}
