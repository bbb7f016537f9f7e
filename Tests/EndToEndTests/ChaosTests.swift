import FoundationEssentials
import Testing

extension EndToEnd {
    /// A thousand invocations of three steps each, while daemon and service are killed at seeded moments.
    @Suite(.serialized)
    struct ChaosTests {
        private static let seed: UInt64 = 20_261_124
        private static let keys = 40
        private static let invocationsPerKey = 25
        private static let daemonKills = 20
        private static let serviceKills = 10
        /// Half of a step's time passes before its effect and half between the effect and the recording, so that most
        /// kills fall into one or the other of several steps.
        private static let stepPauseSeconds = 0.03

        @Test func everyInvocationCompletesAndNoRecordedStepRunsTwice() throws {
            let house = try House([
                "--retry-initial-interval", "20ms", "--retry-interval-max", "200ms", "--retry-attempts-max",
                "unlimited",
                "--max-concurrent-attempts", "24",
            ])
            let service = try house.register()
            try submitAll(house)
            let kills = try killAlongTheWay(house, service)
            try eventually("the end of all invocations", seconds: 180) {
                completed(house) == Self.keys * Self.invocationsPerKey ? true : nil
            }
            try checkResults(house)
            checkKills(house.effects.events, kills)
            house.expectServing()
        }

        private func submitAll(_ house: House) throws {
            for number in 0..<Self.invocationsPerKey {
                for key in 0..<Self.keys {
                    _ = try house.send(
                        "/Ledger/k\(key)/enter/send",
                        #"{"number":\#(number),"pause":\#(Self.stepPauseSeconds)}"#,
                        ["idempotency-key": "\(key)-\(number)"]
                    )
                }
            }
        }

        private func completed(_ house: House) -> Int {
            Set(house.effects.events.filter { $0.kind == "return" && $0.step == "three" }.map(\.id)).count
        }

        /// Kills at seeded points of the progress; gives the moments on the clock that the services use.
        private func killAlongTheWay(_ house: House, _ service: PythonService) throws -> [Double] {
            var random = SeededGenerator(state: Self.seed)
            let total = Self.daemonKills + Self.serviceKills
            var victims = Array(repeating: true, count: Self.daemonKills)
            victims += Array(repeating: false, count: Self.serviceKills)
            victims.shuffle(using: &random)
            let begun = completed(house)
            let room = (Self.keys * Self.invocationsPerKey - begun) / (total + 2)
            var moments: [Double] = []
            for (index, isDaemon) in victims.enumerated() {
                let goal = begun + index * room + Int.random(in: 0..<max(1, room / 2), using: &random)
                try eventually("progress up to \(goal), seed \(Self.seed)", seconds: 120) {
                    completed(house) >= goal ? true : nil
                }
                moments.append(Clock.now)
                if isDaemon {
                    try house.restartDaemon()
                } else {
                    service.kill()
                    try service.start()
                }
            }
            return moments
        }

        private func checkResults(_ house: House) throws {
            let effects = Dictionary(grouping: house.effects.events.filter { $0.kind == "effect" }) {
                "\($0.id) \($0.step)"
            }
            #expect(effects.count == Self.keys * Self.invocationsPerKey * 3)
            for key in 0..<Self.keys {
                for number in 0..<Self.invocationsPerKey {
                    let text = try house.call("/Ledger/k\(key)/enter", "{}", ["idempotency-key": "\(key)-\(number)"])
                    let tokens = try JSONDecoder().decode([String].self, from: Data(text.utf8))
                    for (step, token) in zip(["one", "two", "three"], tokens) {
                        // A run that came after the recorded one would be the repetition that must not be.
                        #expect(effects["k\(key)/\(number) \(step)"]?.last?.token == token, "k\(key)/\(number) \(step)")
                    }
                }
                let entries = try house.ask("/Ledger/k\(key)/entries")
                #expect(entries == "[\((0..<Self.invocationsPerKey).map(String.init).joined(separator: ", "))]")
            }
        }

        /// The kills did hit what they were meant to hit.
        private func checkKills(_ events: [Effects.Event], _ kills: [Double]) {
            let runs = StepRun.all(in: events)
            let inside = kills.count { kill in runs.contains { $0.begin < kill && kill < $0.end } }
            let between = kills.count { kill in runs.contains { ($0.effect ?? .infinity) < kill && kill < $0.end } }
            #expect(kills.count == Self.daemonKills + Self.serviceKills)
            #expect(inside >= 10, "kills inside a step; seed \(Self.seed)")
            #expect(between >= 5, "kills between a side effect and its recording; seed \(Self.seed)")
        }
    }
}

/// One run of a step, as the effects file shows it. A run that was cut has an open end.
private struct StepRun {
    var begin: Double
    var effect: Double?
    var end = Double.infinity

    static func all(in events: [Effects.Event]) -> [StepRun] {
        var open: [String: StepRun] = [:]
        var runs: [StepRun] = []
        for event in events {
            let step = "\(event.id) \(event.step)"
            switch event.kind {
            case "begin":
                // The one before was cut somewhere in between; it ended at the latest now.
                if var cut = open[step] {
                    cut.end = event.time
                    runs.append(cut)
                }
                open[step] = StepRun(begin: event.time)
            case "effect": open[step]?.effect = event.time
            case "return":
                if var run = open.removeValue(forKey: step) {
                    run.end = event.time
                    runs.append(run)
                }
            default: break
            }
        }
        return runs + open.values
    }
}

/// The same sequence for the same seed (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
