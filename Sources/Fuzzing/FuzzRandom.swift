/// Chance whose whole run follows from its seed (SplitMix64).
package struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }

    /// So many bytes at most.
    mutating func bytes(upTo countMax: Int) -> [UInt8] { bytes(count: .random(in: 0...countMax, using: &self)) }

    /// So many bytes.
    mutating func bytes(count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255, using: &self) } }

    mutating func flag() -> Bool { Bool.random(using: &self) }

    /// One of these.
    mutating func one<Element>(of first: Element, _ others: Element...) -> Element {
        let place = Int.random(in: 0...others.count, using: &self)
        return place == 0 ? first : others[place - 1]
    }

    /// A number for some bytes (FNV-1a).
    static func digest(of bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
