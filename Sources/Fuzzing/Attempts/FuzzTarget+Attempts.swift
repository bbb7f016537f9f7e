import DurableModel
import ServiceProtocol

extension FuzzTarget {
    /// What services say in their attempts, up to the rows that are stored: one scenario, and a stream that every attempt in it
    /// repeats.
    static let attempts = FuzzTarget(
        name: "attempts",
        examples: Recordings.attempts.map { AttemptScenario.bytes(version: $0.version) + $0.stream }
            + (5...7).flatMap { version in
                (UInt8(0)...4).map { handler in
                    var random = FuzzRandom(seed: UInt64(version) << 8 | UInt64(handler))
                    return AttemptScenario.bytes(version: version, handler: handler) + stream(version: version, &random)
                }
            },
        words: texts(["Greeter", "Counter", "Flow", "greet", "add", "run", "tell"]),
        generate: { random in
            let head = random.bytes(count: AttemptScenario.bytes)
            return head + stream(version: 5 + Int(head[0] & 3) % 3, &random)
        },
        reshape: { bytes, random in
            guard bytes.count >= AttemptScenario.bytes else { return random.bytes(count: AttemptScenario.bytes) }
            let version = 5 + Int(bytes[0] & 3) % 3
            let stream = Array(bytes[AttemptScenario.bytes...])
            return bytes[..<AttemptScenario.bytes]
                + FrameBytes.reshaped(stream, &random) { SpokenMessage.any(&$0).frame(version: version) }
        },
        slowness: 8,
        read: { bytes, _ in
            guard let (scenario, stream) = AttemptScenario.split(bytes) else { return nil }
            do {
                var world = try AttemptWorld(scenario, stream: stream)
                return try world.run()
            } catch {
                return "there is no new start: \(error)"
            }
        }
    )

    private static func stream(version: Int, _ random: inout FuzzRandom) -> [UInt8] {
        FrameBytes.joined(
            (0..<Int.random(in: 1...12, using: &random)).map { _ in SpokenMessage.any(&random).frame(version: version) }
        )
    }
}
