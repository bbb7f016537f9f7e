import DurableModel
import ServiceProtocol

/// Promises as an SDK asks for them and completes them.
extension SimulatedHandler {
    mutating func perform(_ step: Step.PromiseStep) throws -> String {
        let id = id()
        switch step {
        case .get(let name):
            try say(.getPromise(key: name, completionID: id))
            return try text(of: completion(of: id))
        case .peek(let name):
            try say(.peekPromise(key: name, completionID: id))
            return try text(of: completion(of: id))
        case .complete(let name, let isFailure):
            let value: CompletionResult =
                isFailure
                ? .failure(Failure(code: 499, message: "\(order.invocation)"))
                : .value(Array("p\(order.invocation)".utf8))
            try say(.completePromise(key: name, completion: value, completionID: id))
            return try text(of: completion(of: id))
        }
    }
}
