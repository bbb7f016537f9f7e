import DurableModel
import Engine
import Partition
import Simulation

/// What the first bytes of an input choose: who is called how, and what happens beside it.
struct AttemptScenario {
    /// How many bytes it takes.
    static let bytes = 3

    private let choices: UInt8
    private let pace: UInt8
    /// The order in which attempts say on, and when operators act.
    let schedule: UInt8

    /// The scenario of an input, and what follows it.
    static func split(_ input: [UInt8]) -> (scenario: AttemptScenario, stream: [UInt8])? {
        guard input.count >= bytes else { return nil }
        let scenario = AttemptScenario(choices: input[0], pace: input[1], schedule: input[2])
        return (scenario, Array(input[bytes...]))
    }

    /// The first bytes of an input for a service that speaks that version.
    static func bytes(version: Int, handler: UInt8 = 0, framesPerTurn: UInt8 = 4) -> [UInt8] {
        [UInt8(clamping: version - 5) | handler << 2, framesPerTurn - 1, 0]
    }

    var mode: ProtocolMode { choices & 0x20 == 0 ? .bidiStream : .requestResponse }
    var hasOperator: Bool { choices & 0x40 != 0 }
    var framesPerTurn: Int { 1 + Int(pace & 7) }

    /// One handler of each type, or one of them alone.
    var targets: [Target] {
        let all = [
            Target(service: "Greeter", key: nil, handler: "greet"),
            Target(service: "Counter", key: "k", handler: "add"),
            Target(service: "Flow", key: "k", handler: "run"), Target(service: "Flow", key: "k", handler: "tell"),
        ]
        let handler = Int(choices >> 2 & 7)
        return handler < all.count ? [all[handler]] : all + [all[1]]
    }

    var settings: Settings {
        var settings = Settings()
        settings.protocolVersionMax = 5 + Int(choices & 3) % 3
        settings.attemptsMax = pace & 8 == 0 ? 16 : 2
        settings.journalBytesMax = pace & 16 == 0 ? settings.journalBytesMax : 512
        settings.inactivityTimeout = Interval(milliseconds: 500)
        settings.abortTimeout = .seconds(1)
        return settings
    }

    var limits: TurnLimits {
        var limits = TurnLimits()
        if pace & 32 != 0 {
            limits.inlineEffects = 1
            limits.outboxItems = 1
            limits.timers = 1
            limits.timerWindow = 2
            limits.stagedPayloadBytes = 16
            limits.stagedPieceBytes = 8
        }
        return limits
    }
}
