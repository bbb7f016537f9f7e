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
    /// Ends with a terminal failure.
    case fail
}

/// Scripts by number: the number is the input of an invocation, so that a service knows its script as code knows itself.
struct ScriptBook {
    private(set) var scripts: [[Step]] = []

    mutating func add(_ script: [Step]) -> Int {
        scripts.append(script)
        return scripts.count - 1
    }

    func script(for input: [UInt8]) -> [Step] {
        guard let number = Int(String(decoding: input, as: UTF8.self)), scripts.indices.contains(number) else {
            return []
        }
        return scripts[number]
    }
}
