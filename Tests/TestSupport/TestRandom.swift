/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
public struct TestRandom: Sendable {
    private var state: UInt64

    /// Begins with a seed.
    public init(seed: UInt64) { state = seed }

    /// A number from 0 to `limit` - 1.
    public mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }

    /// One of the choices.
    public mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }

    /// One to three of the choices.
    public mutating func word(_ choices: [String]) -> String {
        var word = ""
        for _ in 0...below(3) { word += pick(choices) }
        return word
    }

    /// One to four components.
    public mutating func path(_ component: (inout TestRandom) -> String) -> String {
        var components: [String] = []
        for _ in 0...below(4) { components.append(component(&self)) }
        return components.joined(separator: "/")
    }
}
