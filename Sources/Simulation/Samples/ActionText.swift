import DurableModel
import Engine
import ServiceProtocol

/// Values as short lines, so that a script of a test reads as one and a history of a world can be printed.
package enum ActionText {
    /// `start 1 v7 open: Start(1) Input`, `send 1: Run(1)=value`, `answer 3: success 'x'`, ….
    package static func line(_ action: Action) -> String {
        switch action {
        case .start(let order):
            let input = order.keepsInputOpen ? "open" : "ended"
            return "start \(order.attempt.rawValue) v\(order.protocolVersion) \(input): " + frames(order.opening)
        case .read(let opening): return "read \(opening.attempt.rawValue)"
        case .send(let attempt, let bytes): return "send \(attempt.rawValue): " + frames(bytes)
        case .endInput(let attempt): return "endInput \(attempt.rawValue)"
        case .finish(let attempt): return "finish \(attempt.rawValue)"
        case .abort(let attempt): return "abort \(attempt.rawValue)"
        case .answer(let request, let answer): return "answer \(request.rawValue): " + line(answer)
        case .note(let note): return "note: " + line(note)
        }
    }

    package static func line(_ answer: Answer) -> String {
        switch answer {
        case .accepted(_, let isNew, let executionTime):
            (isNew ? "accepted" : "previously accepted") + (executionTime == nil ? "" : ", scheduled")
        case .result(_, let result, _, let expiresAt): line(result) + (expiresAt == nil ? "" : ", stored")
        case .awakeableCompleted: "awakeable completed"
        case .operated(_, let outcome): line(outcome)
        case .bulk(let progress):
            "bulk \(progress.succeeded) of \(progress.matched), refused \(progress.refused.count)"
                + (progress.next == nil ? "" : ", more")
        case .statePatched(let isQueued): isQueued ? "state patch queued" : "state patched"
        case .registered(let registration): registration.outcome.rawValue
        case .removed: "removed"
        case .updated: "updated"
        case .configured: "configured"
        case .pruned(let pruned): "pruned \(pruned.deployments.count)"
        case .refused(let refusal): "refused: " + refusal.sentence
        case .stopping(let id): id == nil ? "stopping" : "stopping, accepted"
        }
    }

    package static func line(_ outcome: OperationOutcome) -> String {
        if case .restarted = outcome { "restarted" } else { "\(outcome)" }
    }

    package static func line(_ result: InvocationResult) -> String {
        switch result {
        case .success(let bytes): "success '\(String(decoding: bytes, as: UTF8.self))'"
        case .failure(let failure): "failure \(failure.code) \(failure.message)"
        }
    }

    package static func line(_ note: Note) -> String {
        switch note {
        case .attemptFailed(_, let target, _, let record, _): "failed \(target.text) \(record.documentedCode)"
        case .paused(_, let target, let record): "paused \(target.text) \(record?.documentedCode ?? "")"
        case .registered(_, let uri): "registered \(uri)"
        case .removed(_, let orphaned): "removed, orphans \(orphaned)"
        case .updated(_, let uri): "updated \(uri)"
        case .configured(let service, _): "configured \(service)"
        case .operated(_, let target, let operation, _): "\(operation.name) \(target.text)"
        case .operatedMany(let operation, let succeeded, let refused, _):
            "\(operation.name) \(succeeded), refused \(refused)"
        case .statePatched(let key, _): "state of \(key.service)/\(key.key) patched"
        case .statePatchDropped(let key, _): "state patch of \(key.service)/\(key.key) dropped"
        case .commandRefused(let text): "refused \(text)"
        case .replaced(_, let uri, let inFlight): "replaced \(uri), \(inFlight) in flight"
        case .roomAgain: "room again"
        case .clockJumped(let interval): "clock jumped \(interval.milliseconds) ms"
        case .stalled(let text): "stalled \(text)"
        }
    }

    /// Framed messages of the server: `Start(2) Input Run(1) Run(1)=value`.
    package static func frames(_ bytes: [UInt8]) -> String {
        Self.decode(bytes).map(line).joined(separator: " ")
    }

    /// A message of the server or an entry of a journal.
    package static func line(_ frame: MessageFrame) -> String {
        guard let message = try? ServerMessage.decode(frame) else {
            return MessageType(rawValue: frame.type).wireName
        }
        switch message {
        case .start(let start): return "Start(\(start.knownEntries))"
        case .command(let command): return line(command)
        case .notification(let notification):
            let name = notification.type.wireName.replacing("Notification")
            return "\(name)\(line(notification.id))=\(line(notification.result))"
        case .commandAck(let index): return "CommandAck(\(index))"
        case .runAck(let id): return "RunAck(\(id))"
        }
    }

    private static func line(_ command: Command) -> String {
        let ids = command.completionIDs.map { String($0.0) }.joined(separator: ",")
        return command.type.wireName.replacing("Command") + (ids.isEmpty ? "" : "(\(ids))")
    }

    private static func line(_ id: NotificationID) -> String {
        switch id {
        case .completion(let number): "(\(number))"
        case .signal(let number): "[\(number)]"
        case .namedSignal(let name): "[\(name)]"
        }
    }

    private static func line(_ result: CompletionResult) -> String {
        switch result {
        case .void: "void"
        case .value(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
        case .failure(let failure): "failure \(failure.code)"
        case .invocationID: "id"
        case .stateKeys(let keys): "keys \(keys.map { String(decoding: $0, as: UTF8.self) })"
        }
    }

    /// The whole frames of the bytes.
    package static func decode(_ bytes: [UInt8]) -> [MessageFrame] {
        var decoder = FrameDecoder(payloadBytesMax: .max)
        bytes.withUnsafeBytes { decoder.append($0) }
        var frames: [MessageFrame] = []
        while let frame = try? decoder.next() { frames.append(frame) }
        return frames
    }
}

extension String {
    /// The text without that ending.
    fileprivate func replacing(_ ending: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) : self
    }
}
