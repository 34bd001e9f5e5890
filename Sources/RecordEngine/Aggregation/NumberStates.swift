/// The sum of some numbers, and how many they are.
///
/// Exact numbers are added in billionths, so that the order does not matter; the others, and what grows
/// beyond 1.7e29, by a sum of doubles that carries the rounding along (A. Neumaier, Rundungsfehleranalyse
/// einiger Verfahren zur Summation endlicher Summen, 1974).
struct SumState {
    /// Billionths.
    var units: Int128 = 0
    /// The sum of the numbers that are not exact.
    var rest = 0.0
    /// What was lost in rounding `rest`.
    var correction = 0.0
    /// How many numbers were added.
    var count: UInt64 = 0
    /// How many times something was added to `rest`.
    var inexactCount: UInt64 = 0

    /// Adds one number.
    @inline(__always)
    mutating func add(_ number: FoldedNumber) {
        count &+= 1
        if number.isExact { addUnits(number.units) } else { addDouble(number.double) }
    }

    /// Adds another sum.
    mutating func merge(_ other: SumState) {
        count &+= other.count
        addUnits(other.units)
        if other.inexactCount == 0 { return }
        addDouble(other.rest)
        addDouble(other.correction)
        inexactCount &+= other.inexactCount &- 2
    }

    @inline(__always)
    private mutating func addUnits(_ added: Int128) {
        let (sum, overflow) = units.addingReportingOverflow(added)
        if overflow {
            addDouble(FoldedNumber.double(ofUnits: units))
            units = added
        } else {
            units = sum
        }
    }

    private mutating func addDouble(_ value: Double) {
        inexactCount &+= 1
        let sum = rest + value
        let isLarger = rest.magnitude >= value.magnitude
        correction += isLarger ? (rest - sum) + value : (value - sum) + rest
        rest = sum
    }

    /// The sum as a double.
    var total: Double {
        inexactCount == 0
            ? FoldedNumber.double(ofUnits: units) : FoldedNumber.double(ofUnits: units) + (rest + correction)
    }
}

/// The smallest or largest of some numbers.
struct BoundState {
    /// The number; meaningless where there is none.
    var number = FoldedNumber()
    /// Whether there is one.
    var isSet = false

    /// Takes a number where it is below the one so far, or above it.
    @inline(__always)
    mutating func take(_ other: FoldedNumber, isMaximum: Bool) {
        if isSet, isMaximum ? !number.isBelow(other) : !other.isBelow(number) { return }
        number = other
        isSet = true
    }
}
