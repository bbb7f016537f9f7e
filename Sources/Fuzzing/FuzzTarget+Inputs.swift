/// How inputs are made.
extension FuzzTarget {
    /// The input of that number: the same each time, so that a number is enough to see it again.
    package func input(_ number: UInt64) -> [UInt8] {
        var random = FuzzRandom(seed: number &* 0x9E37_79B9_7F4A_7C15 ^ FuzzRandom.digest(of: Array(name.utf8)))
        var bytes: [UInt8]
        if let generate, Bool.random(using: &random) {
            bytes = generate(&random)
        } else {
            bytes = examples.randomElement(using: &random) ?? []
        }
        if Int.random(in: 0..<4, using: &random) == 0, let other = examples.randomElement(using: &random) {
            bytes = Self.crossed(bytes, other, &random)
        }
        for _ in 0..<Int.random(in: 0...8, using: &random) { bytes = mutated(bytes, &random) }
        return bytes
    }

    /// The inputs that a search begins with: all examples, and as many that are made by the target's own rules.
    package func seeds(generated count: UInt64) -> [[UInt8]] {
        guard let generate else { return examples }
        return examples
            + (0..<count).map { number in
                var random = FuzzRandom(seed: number)
                return generate(&random)
            }
    }

    /// The words as a dictionary of libFuzzer's: one a line, in quotes.
    package var dictionary: String {
        words.filter { !$0.isEmpty }.map { word in
            "\"" + word.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\"\n"
        }.joined()
    }

    /// The input with one change.
    package func mutated(_ bytes: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        if let reshape, Bool.random(using: &random) { return reshape(bytes, &random) }
        var bytes = bytes
        mutate(&bytes, &random)
        return bytes
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

    /// Texts as inputs or words.
    static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    /// What JSON is made of.
    static let jsonWords = texts([
        "{", "}", "[", "]", ",", ":", "null", "true", "\"\"", "-1", "1e400", "18446744073709551616", "\"\\ud800\"",
        "\"\\u0000\"",
    ])
}
