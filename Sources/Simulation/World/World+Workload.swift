import DurableModel
import Engine

/// What is called and what the called handlers do.
extension World {
    func target() -> Target {
        let key = ["a", "b", "c"][Int.random(in: 0..<3, using: &entropy)]
        switch Int.random(in: 0..<5, using: &entropy) {
        case 0, 1: return Target(service: "Counter", key: key, handler: "add")
        case 2: return Target(service: "Counter", key: key, handler: "get")
        case 3: return Target(service: "Greeter", key: nil, handler: "relay")
        default: return Target(service: "Greeter", key: nil, handler: "greet")
        }
    }

    /// Calls go from plain services to others only, so that no key waits for itself.
    func script(depth: Int) -> [Step] {
        (0..<Int.random(in: 0...4, using: &entropy)).map { _ in step(depth: depth) }
    }

    private func step(depth: Int) -> Step {
        let pause = Int64.random(in: 0...3000, using: &entropy)
        switch Int.random(in: 0..<(depth < 2 ? 12 : 7), using: &entropy) {
        case 0, 1, 2: return .run
        case 3: return .sleep(milliseconds: pause)
        case 4: return .sleepBoth(pause, Int64.random(in: 0...3000, using: &entropy))
        case 5: return Int.random(in: 0..<8, using: &entropy) == 0 ? .fail : .run
        case 6:
            return .awaitSignal(
                isNamed: Bool.random(using: &entropy),
                helper: scripts.add([.giveSignal]),
                delayMilliseconds: Bool.random(using: &entropy) ? 0 : pause
            )
        case 7:
            let key = "shared-\(Int.random(in: 0..<6, using: &entropy))"
            return Bool.random(using: &entropy) ? .attach(idempotencyKey: key) : .getOutput(idempotencyKey: key)
        case 8, 9, 10:
            let isIdempotent = Int.random(in: 0..<4, using: &entropy) == 0
            // One key for several callers: they meet at one invocation, which calls nobody, so that no ring comes about.
            let callee = scripts.add(script(depth: isIdempotent ? 2 : depth + 1))
            let key = isIdempotent ? "shared-\(Int.random(in: 0..<6, using: &entropy))" : nil
            return .call(Target(service: "Greeter", key: nil, handler: "greet"), script: callee, idempotencyKey: key)
        default:
            let callee = scripts.add(script(depth: 2) + [.run])
            let delay = Bool.random(using: &entropy) ? 0 : pause
            return .send(target(), script: callee, delayMilliseconds: delay)
        }
    }
}
