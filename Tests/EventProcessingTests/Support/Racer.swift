internal import EventModel
internal import Synchronization
internal import TestSupport

/// Somebody who overwrites, removes and puts sources again at random moments, all from one seed.
///
/// Every line of a version tells its number, and the number tells how many lines there are: no set of outputs
/// of two versions looks like that of one.
final class Racer: Sendable {
    private struct State {
        var random: TestRandom
        /// Changes that are still to come.
        var left: Int
        /// One moment in so many has one.
        let rarity: Int
        /// By key, all versions that were ever there; the last is there now, unless it was removed.
        var history: [ObjectKey: [Int]] = [:]
        var removed: Set<ObjectKey> = []
        var made = 0
    }

    static let keys: [ObjectKey] = ["x", "d/y"]
    private let ground: any RaceGround
    private let state: Mutex<State>

    init(_ ground: any RaceGround, seed: UInt64) {
        self.ground = ground
        var random = TestRandom(seed: seed)
        let left = 2 + random.below(10)
        let rarity = [2, 6, 20][random.below(3)]
        state = Mutex(State(random: random, left: left, rarity: rarity))
        for key in Self.keys { state.withLock { put(key, again: false, &$0) } }
    }

    /// The lines of a version.
    static func lines(_ number: Int) -> [String] {
        (0...(number % 4)).map { "version \(number), line \($0) of \(number % 4 + 1)" }
    }

    /// Whether a key's last version is still to be had, and all versions that it ever had.
    func history(_ key: ObjectKey) -> (isRemoved: Bool, versions: [Int]) {
        state.withLock { ($0.removed.contains(key), $0.history[key] ?? []) }
    }

    /// Something happens now, or not.
    func moment() {
        // Under the lock, so that what is written down is what was done last.
        state.withLock { state in
            guard state.left > 0, state.random.below(state.rarity) == 0 else { return }
            state.left -= 1
            let key = Self.keys[state.random.below(Self.keys.count)]
            switch state.random.below(5) {
            case 0:
                state.removed.insert(key)
                ground.remove(key)
            case 1: put(key, again: true, &state)
            default: put(key, again: false, &state)
            }
        }
    }

    /// Nothing happens any more.
    func rest() { state.withLock { $0.left = 0 } }

    private func put(_ key: ObjectKey, again: Bool, _ state: inout State) {
        let known = state.history[key] ?? []
        let number: Int
        if again, !known.isEmpty {
            number = known[state.random.below(known.count)]
        } else {
            number = state.made
            state.made += 1
        }
        state.history[key, default: []].append(number)
        state.removed.remove(key)
        ground.put(key, Array(Self.lines(number).joined(separator: "\n").utf8))
    }
}
