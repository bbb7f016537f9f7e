import DurableModel
import Engine
import ServiceProtocol

/// What is called and what the called handlers do.
extension World {
    /// Keys of workflows: few enough that callers meet at them.
    static let flowKeys = (0..<8).map { "w\($0)" }
    static let promiseNames = ["p", "q"]
    private static let stateNames = ["x", "y", "z"]

    func target() -> Target {
        let key = ["a", "b", "c"][Int.random(in: 0..<3, using: &entropy)]
        switch Int.random(in: 0..<8, using: &entropy) {
        case 0, 1: return Target(service: "Counter", key: key, handler: "add")
        case 2: return Target(service: "Counter", key: key, handler: "get")
        case 3: return Target(service: "Greeter", key: nil, handler: "relay")
        case 4, 5: return Target(service: "Greeter", key: nil, handler: "greet")
        case 6: return flow("run")
        default: return flow("tell")
        }
    }

    private func flow(_ handler: String) -> Target {
        Target(
            service: "Flow",
            key: Self.flowKeys[Int.random(in: 0..<Self.flowKeys.count, using: &entropy)],
            handler: handler
        )
    }

    /// What the handler of a target does: its own steps, and those that any handler may do. Calls go from plain services to
    /// others only, so that no key waits for itself.
    func script(for target: Target, depth: Int) -> [Step] {
        let depth = target.service == "Greeter" ? depth : 2
        return (0..<Int.random(in: 0...4, using: &entropy)).map { _ in
            guard Bool.random(using: &entropy) else { return step(depth: depth) }
            switch (target.service, target.handler) {
            case ("Counter", "add"): return .increment
            case ("Counter", _): return .state(Bool.random(using: &entropy) ? .read("n") : .list)
            case ("Flow", "run"): return Bool.random(using: &entropy) ? .state(stateStep()) : .promise(promiseStep())
            case ("Flow", _): return .promise(promiseStep())
            default: return step(depth: depth)
            }
        }
    }

    private func stateStep() -> Step.StateStep {
        let name = Self.stateNames[Int.random(in: 0..<Self.stateNames.count, using: &entropy)]
        switch Int.random(in: 0..<8, using: &entropy) {
        case 0, 1: return .read(name)
        case 2, 3, 4: return .write(name)
        case 5: return .clear(name)
        case 6: return .clearAll
        default: return .list
        }
    }

    private func promiseStep() -> Step.PromiseStep {
        let name = Self.promiseNames[Int.random(in: 0..<Self.promiseNames.count, using: &entropy)]
        switch Int.random(in: 0..<5, using: &entropy) {
        case 0, 1: return .get(name)
        case 2: return .peek(name)
        default: return .complete(name, isFailure: Int.random(in: 0..<4, using: &entropy) == 0)
        }
    }

    private func step(depth: Int) -> Step {
        let pause = Int64.random(in: 0...3000, using: &entropy)
        switch Int.random(in: 0..<(depth < 2 ? 15 : 7), using: &entropy) {
        case 0, 1, 2: return .run
        case 3: return .sleep(milliseconds: pause)
        case 4: return .sleepBoth(pause, Int64.random(in: 0...3000, using: &entropy))
        case 5: return Int.random(in: 0..<8, using: &entropy) == 0 ? .fail : .run
        case 6:
            let kinds = Step.SignalKind.allCases
            return .awaitSignal(
                kinds[Int.random(in: 0..<kinds.count, using: &entropy)],
                helper: scripts.add([.giveSignal]),
                delayMilliseconds: Bool.random(using: &entropy) ? 0 : pause
            )
        case 7:
            let reference: Step.Reference =
                Bool.random(using: &entropy) ? .idempotent(sharedKey()) : .workflow(flow("run").key ?? "")
            return Bool.random(using: &entropy) ? .attach(reference) : .getOutput(reference)
        case 8, 9, 10: return callStep(depth: depth)
        case 11:
            let target = flow(Bool.random(using: &entropy) ? "run" : "tell")
            return .call(target, script: scripts.add(script(for: target, depth: 2)), idempotencyKey: nil)
        case 12:
            let combinators: [Combinator] = [
                .firstCompleted, .allCompleted, .firstSucceededOrAllFailed, .allSucceededOrFirstFailed,
            ]
            return .callBeside(
                Self.greet,
                script: scripts.add(script(for: Self.greet, depth: depth + 1)),
                milliseconds: pause,
                combinators[Int.random(in: 0..<combinators.count, using: &entropy)]
            )
        case 13: return .sendAndAttach(Self.greet, script: scripts.add(script(for: Self.greet, depth: depth + 1)))
        default:
            let target = target()
            let callee = scripts.add(script(for: target, depth: 2) + [.run])
            return .send(target, script: callee, delayMilliseconds: Bool.random(using: &entropy) ? 0 : pause)
        }
    }

    private static let greet = Target(service: "Greeter", key: nil, handler: "greet")

    private func callStep(depth: Int) -> Step {
        let isIdempotent = Int.random(in: 0..<4, using: &entropy) == 0
        // One key for several callers: they meet at one invocation, which calls nobody, so that no ring comes about.
        let callee = scripts.add(script(for: Self.greet, depth: isIdempotent ? 2 : depth + 1))
        return .call(Self.greet, script: callee, idempotencyKey: isIdempotent ? sharedKey() : nil)
    }

    private func sharedKey() -> String { "shared-\(Int.random(in: 0..<6, using: &entropy))" }
}
