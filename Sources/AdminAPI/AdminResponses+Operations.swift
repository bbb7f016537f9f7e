import DurableModel
import Engine
import HTTP
import Operations

extension AdminResponses {
    /// What an operation on one invocation came to: all said by the status, but for the id of a new invocation.
    package static func operated(_ outcome: OperationOutcome) -> HTTPResponse {
        guard case .restarted(let id) = outcome else { return empty(outcome.isPending ? 202 : 200) }
        var body = JSONWriter()
        body.beginObject()
        body.member("new_invocation_id", id.description)
        body.endObject()
        return json(200, body)
    }

    /// What an operation on a list of invocations came to.
    package static func batch(_ outcome: BatchOutcome) -> HTTPResponse {
        var body = JSONWriter(reservingBytes: 64 * (outcome.succeeded.count + outcome.failed.count + 1))
        body.beginObject()
        body.name("succeeded")
        body.beginArray()
        for operated in outcome.succeeded {
            guard case .restarted(let new) = operated.outcome else {
                body.string(operated.id.description)
                continue
            }
            body.beginObject()
            body.member("old_invocation_id", operated.id.description)
            body.member("new_invocation_id", new.description)
            body.endObject()
        }
        body.endArray()
        body.name("failed")
        body.beginArray()
        for failed in outcome.failed {
            body.beginObject()
            body.member("invocation_id", failed.id.description)
            body.member("error", failed.refusal.batchSentence)
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return json(200, body)
    }
}

extension Refusal {
    /// The sentence in a list of refusals, in the shorter form that clients know there.
    fileprivate var batchSentence: String {
        if case .operation(.notFound, _, let id) = self { return "Invocation '\(id)' not found" }
        var sentence = sentence
        if sentence.hasPrefix("The invocation ") {
            sentence = "Invocation " + sentence.dropFirst("The invocation ".count)
        }
        if sentence.hasSuffix(".") { sentence.removeLast() }
        return sentence
    }
}
