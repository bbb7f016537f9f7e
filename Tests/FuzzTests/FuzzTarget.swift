/// Something that reads bytes from outside, with examples of what it reads.
struct FuzzTarget: Sendable {
    var name: String
    /// Whole and valid inputs, from which others are made.
    var examples: [[UInt8]]
    /// What means something to the reader.
    var words: [[UInt8]]
    /// Makes inputs by rules of their own; without it they are only made of the examples.
    var generate: (@Sendable (inout FuzzRandom) -> [UInt8])?
    /// Reads an input in every way there is; gives back what is wrong, beside a crash.
    var read: @Sendable ([UInt8], inout FuzzRandom) -> String?

    /// The input of that number: the same each time, so that a number is enough to see it again.
    func input(_ number: UInt64) -> (bytes: [UInt8], random: FuzzRandom) {
        var random = FuzzRandom(seed: number &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(name.utf8.count))
        var bytes: [UInt8]
        if let generate, Bool.random(using: &random) {
            bytes = generate(&random)
        } else {
            bytes = examples.randomElement(using: &random) ?? []
        }
        if Int.random(in: 0..<4, using: &random) == 0, let other = examples.randomElement(using: &random) {
            bytes = Self.crossed(bytes, other, &random)
        }
        for _ in 0..<Int.random(in: 0...8, using: &random) { mutate(&bytes, &random) }
        return (bytes, random)
    }

    private static func crossed(_ one: [UInt8], _ other: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        let end = Int.random(in: 0...one.count, using: &random)
        let start = Int.random(in: 0...other.count, using: &random)
        return Array(one[..<end] + other[start...])
    }

    private static let edges: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x0A, 0x22, 0x2F]

    private func mutate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
        case 1: if place < bytes.count { bytes[place] = Self.edges.randomElement(using: &random) ?? 0 }
        case 2: bytes.insert(.random(in: 0...255, using: &random), at: place)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        default: bytes.insert(contentsOf: words.randomElement(using: &random) ?? [], at: place)
        }
    }
}

/// Chance whose whole run follows from its seed (SplitMix64).
struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }

    /// `count` of something, at most.
    mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in .random(in: 0...255, using: &self) }
    }
}
