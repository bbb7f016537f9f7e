import DurableModel
import Engine
import ServiceProtocol

/// What a simulated handler does, one step after another. Every number in it is drawn from the world's seed.
package enum Step: Sendable, Hashable {
    /// A recorded step with a side effect that the world counts.
    case run
    case sleep(milliseconds: Int64)
    /// Two sleeps awaited together.
    case sleepBoth(Int64, Int64)
    /// A call and a sleep awaited together.
    case callBeside(Target, script: Int, milliseconds: Int64, Combinator)
    /// A call whose result is awaited: the script of the callee by its number.
    case call(Target, script: Int, idempotencyKey: String?)
    case send(Target, script: Int, delayMilliseconds: Int64)
    /// Sends and then waits for the result by the id that it was told.
    case sendAndAttach(Target, script: Int)
    /// Reads the key's counter and writes the next number.
    case increment
    case state(StateStep)
    case promise(PromiseStep)
    /// Waits for a signal of its own, for which it sends a helper: its script by number.
    case awaitSignal(SignalKind, helper: Int, delayMilliseconds: Int64)
    /// Gives the signal that the input names behind the number of the script.
    case giveSignal
    /// Waits for the result of an invocation, if it is there.
    case attach(Reference)
    /// Looks whether it has a result.
    case getOutput(Reference)
    /// Ends with a terminal failure.
    case fail

    /// What a handler does with the state of its key, each value under a name. A run of a workflow is the only one that
    /// writes, and knows what it must read.
    package enum StateStep: Sendable, Hashable {
        case read(String)
        case write(String)
        case clear(String)
        case clearAll
        case list
    }

    /// What a handler of a workflow does with the promises of its key.
    package enum PromiseStep: Sendable, Hashable {
        case get(String)
        case peek(String)
        case complete(String, isFailure: Bool)
    }

    /// How a signal is named.
    package enum SignalKind: Sendable, Hashable, CaseIterable {
        /// By the id of an awakeable.
        case awakeable
        /// By the invocation and the same number as an awakeable's.
        case indexed
        /// By the invocation and a name.
        case named
    }

    /// What an invocation was called with.
    package enum Reference: Sendable, Hashable {
        /// A plain one with that idempotency key.
        case idempotent(String)
        /// The run of a workflow's key.
        case workflow(String)
    }
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
