import DurableModel
import Engine

/// What a simulated handler does, one step after another. Every number in it is drawn from the world's seed.
package enum Step: Sendable, Hashable {
    /// A recorded step with a side effect that the world counts.
    case run
    case sleep(milliseconds: Int64)
    /// Two sleeps awaited together.
    case sleepBoth(Int64, Int64)
    /// A call whose result is awaited: the script of the callee by its number.
    case call(Target, script: Int, idempotencyKey: String?)
    case send(Target, script: Int, delayMilliseconds: Int64)
    /// Reads the key's counter and writes the next number.
    case increment
    /// Waits for a signal of its own, an awakeable's or one with a name, for which it sends a helper: its script by number.
    case awaitSignal(isNamed: Bool, helper: Int, delayMilliseconds: Int64)
    /// Gives the signal that the input names behind the number of the script.
    case giveSignal
    /// Waits for the result of the plain invocation with that idempotency key, if it is there.
    case attach(idempotencyKey: String)
    /// Looks whether it has a result.
    case getOutput(idempotencyKey: String)
    /// Ends with a terminal failure.
    case fail
}

/// Scripts by number: the input of an invocation begins with the number, so that a service knows its script as code knows
/// itself.
struct ScriptBook {
    private(set) var scripts: [[Step]] = []

    mutating func add(_ script: [Step]) -> Int {
        scripts.append(script)
        return scripts.count - 1
    }

    func script(for input: [UInt8]) -> [Step] {
        let words = String(decoding: input, as: UTF8.self).split(separator: " ")
        guard let number = words.first.flatMap({ Int($0) }), scripts.indices.contains(number) else {
            return []
        }
        return scripts[number]
    }
}
