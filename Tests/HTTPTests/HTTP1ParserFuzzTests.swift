import Testing

@testable import HTTP

/// A small generator whose whole run follows from its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }
}

/// Valid and hostile messages, torn, doubled and peppered: whatever comes, the parser answers, and the same whether the
/// bytes come at once or in pieces.
@Suite struct HTTP1ParserFuzzTests {
    static let corpus: [[UInt8]] =
        hostileRequests.map { Array($0.bytes.prefix(600)) } + HTTP1ParserTests.accepted.map { Array($0.text.utf8) }
        + HTTP1ResponseParserTests.rows.map { Array($0.text.utf8) }
    static let spice: [UInt8] = Array("\r\n\r\n: \t0;,/#%AaHTTP/1.1chunked".utf8) + [0, 0x7F, 0x80, 0xFF]

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func mutatedMessagesNeverTrapAndNeverDependOnSplitting(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<600 {
            let bytes = Self.mutated(&random)
            for role in [HTTP1Parser.Role.requests, .responses] {
                let whole = parse(bytes, as: role, pieces: max(bytes.count, 1), ended: true)
                let pieces = parse(bytes, as: role, pieces: Int.random(in: 1...40, using: &random), ended: true)
                #expect(whole == pieces, "seed \(seed), round \(round)")
            }
        }
    }

    private static func mutated(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        if Bool.random(using: &random) { bytes += corpus.randomElement(using: &random) ?? [] }
        for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = spice.randomElement(using: &random) ?? 0
            case 1: bytes.insert(spice.randomElement(using: &random) ?? 0, at: place)
            case 2: bytes.remove(at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
            }
        }
        return bytes
    }
}
