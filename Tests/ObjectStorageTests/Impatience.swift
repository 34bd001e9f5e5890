internal import Execution

/// No wait between tries.
struct Impatience: RandomSource {
    func next() -> UInt64 { 0 }
}
