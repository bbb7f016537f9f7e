import DurableModel
import ServiceProtocol

/// What a suspended invocation waits for, as SQL shows it (sql-notes.md, "suspended_waiting_future_json").
enum AwaitingText {
    static func text(of awaiting: Awaiting, _ form: ColumnForm) -> String {
        var writer = JSONWriter()
        switch form {
        case .awaitedCompletions: writeNumbers(topLevel(awaiting).completions, to: &writer)
        case .awaitedSignals: writeNumbers(topLevel(awaiting).signals, to: &writer)
        default: write(awaiting, to: &writer)
        }
        return writer.text
    }

    /// Only the top of the tree; all of it is in the JSON.
    private static func topLevel(_ awaiting: Awaiting) -> (completions: [UInt32], signals: [UInt32]) {
        var completions: [UInt32] = []
        var signals: [UInt32] = []
        for leaf in awaiting.leaves {
            switch leaf {
            case .completion(let id): completions.append(id)
            case .signal(let index): signals.append(index)
            case .namedSignal: break
            }
        }
        return (completions, signals)
    }

    private static func writeNumbers(_ numbers: [UInt32], to writer: inout JSONWriter) {
        writer.beginArray()
        for number in numbers { writer.integer(number) }
        writer.endArray()
    }

    /// The depth is bounded by the decoder.
    private static func write(_ awaiting: Awaiting, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name(name(of: awaiting.combinator))
        writer.beginArray()
        for leaf in awaiting.leaves {
            writer.beginObject()
            writer.name("Single")
            leaf.write(to: &writer)
            writer.endObject()
        }
        for child in awaiting.children { write(child, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private static func name(of combinator: Combinator) -> String {
        switch combinator {
        case .unknown: "Unknown"
        case .firstCompleted: "FirstCompleted"
        case .allCompleted: "AllCompleted"
        case .firstSucceededOrAllFailed: "FirstSucceededOrAllFailed"
        case .allSucceededOrFirstFailed: "AllSucceededOrFirstFailed"
        }
    }
}

extension NotificationID {
    /// `{"CompletionId":1}`, `{"SignalIndex":17}` or `{"SignalName":"x"}`.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .completion(let number):
            writer.name("CompletionId")
            writer.integer(number)
        case .signal(let index):
            writer.name("SignalIndex")
            writer.integer(index)
        case .namedSignal(let name):
            writer.name("SignalName")
            writer.string(name)
        }
        writer.endObject()
    }
}
