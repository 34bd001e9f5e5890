/// Families of metrics, in the order they are shown.
public typealias MetricFamilies = [MetricFamily]

/// One family: a name with its samples.
public struct MetricFamily: Sendable, Hashable {
    /// What kind of figure it is.
    public enum Kind: String, Sendable, Hashable {
        /// Only grows within a boot.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts of observations by upper bound.
        case histogram
    }

    /// One figure.
    public struct Sample: Sendable, Hashable {
        /// Appended to the family's name: `_bucket`, `_sum`, `_count`, or nothing.
        public let suffix: String
        /// Names and values of labels, in order; never an object key.
        public let labels: [Label]
        /// The figure.
        public let value: Double

        /// Makes a sample.
        public init(_ value: Double, labels: [Label] = [], suffix: String = "") {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }
    }

    /// A label.
    public struct Label: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String

        /// Names a label.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// With the application's prefix and its unit: `sluice_object_bytes_total`.
    public let name: String
    /// What kind of figure it is.
    public let kind: Kind
    /// One sentence.
    public let help: String
    /// The figures.
    public let samples: [Sample]

    /// Describes a family.
    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

/// The text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
public enum PrometheusText {
    /// Writes families; those without samples are left out.
    public static func write(_ families: MetricFamilies) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escape(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                let labels = sample.labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }
                let set = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
                text += "\(family.name)\(sample.suffix)\(set) \(number(sample.value))\n"
            }
        }
        return text
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.isNaN ? "NaN" : String(value)
    }
}
