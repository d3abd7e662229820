/// Takes some of many at random; the same seed takes the same ones.
package enum Sampling {
    /// `count` of the names (all where there are no more), in natural order. The order they are given in does not matter.
    package static func pick(_ count: Int, of names: some Sequence<NodeName>, seed: UInt64) -> [NodeName] {
        var pool = names.sorted()
        guard count < pool.count else { return pool.naturallySorted() }
        var random = SplitMix64(seed: seed)
        // The first steps of a Fisher–Yates shuffle.
        for index in 0..<max(0, count) { pool.swapAt(index, index + random.below(pool.count - index)) }
        return pool.prefix(max(0, count)).naturallySorted()
    }
}

/// Steele, Lea and Flood's generator: tiny, repeatable, and good enough for anything but secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        self.state = seed
    }

    /// A number from 0 to `limit - 1`; our own, since the standard library's way may change and with it every seed's choice.
    mutating func below(_ limit: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
