import DurableModel
import ServiceProtocol

/// What a journal says of completions: which were made by commands, and which have come, with what outcome.
struct JournalIndex {
    /// The command that made a completion.
    private struct Made {
        /// The completion's.
        var type: MessageType
        var command: MessageType
        /// What the service calls it, or what it is about.
        var name: String?
        /// The index of the command's row.
        var row: Int
    }

    private var made: [UInt32: Made] = [:]
    private(set) var outcomes: [NotificationID: LeafOutcome] = [:]

    /// Reads the rows of a journal, the input not among them.
    init(rows: [JournalRow]) throws(StorageError) {
        for row in rows {
            let type = MessageType(rawValue: row.type)
            if type.isNotification {
                guard let notification = try? Notification.decode(row.frame) else {
                    throw .refused("journal row \(row.index) of type \(type.wireName) does not decode")
                }
                outcomes[notification.id] = notification.result.isFailure ? .failed : .succeeded
            } else {
                guard let command = try? Command.decode(row.frame) else {
                    throw .refused("journal row \(row.index) of type \(type.wireName) does not decode")
                }
                for (id, completion) in command.completionIDs {
                    made[id] = Made(type: completion, command: type, name: command.subject, row: row.index)
                }
            }
        }
    }

    /// The highest completion that a command made; 0 if none did.
    var completionIDMax: UInt32 { made.keys.max() ?? 0 }

    /// Whether it is a completion that no command made. Signals come from outside, and any may be waited for.
    func isUnknown(_ id: NotificationID) -> Bool {
        guard case .completion(let number) = id else { return false }
        return made[number] == nil
    }

    /// Whether it is the completion of a run that was never proposed.
    func isOpenRun(_ id: NotificationID) -> Bool {
        guard case .completion(let number) = id else { return false }
        return made[number]?.type == .runCompletion && outcomes[id] == nil
    }

    /// How many of the awaited are named in words.
    private static let namedMax = 5

    /// What is awaited, by the commands that made it: `Call 'Greeter/greet' (entry 3), signal 'go'`. The cancel signal,
    /// which nearly every await takes along, is left out beside others.
    func text(of awaiting: Awaiting) -> String {
        var leaves: [NotificationID] = []
        for leaf in awaiting.allLeaves where outcomes[leaf] == nil && !leaves.contains(leaf) {
            if leaves.count > Self.namedMax { break }
            leaves.append(leaf)
        }
        if leaves.count > 1 { leaves.removeAll { $0 == .cancelSignal } }
        let named = leaves.prefix(Self.namedMax).map(text(of:)).joined(separator: ", ")
        return leaves.count > Self.namedMax ? named + " and others" : named
    }

    private func text(of leaf: NotificationID) -> String {
        switch leaf {
        case .completion(let id):
            guard let made = made[id] else { return leaf.text }
            return made.command.shortName + (made.name.map { " '\($0)'" } ?? "") + " (entry \(made.row))"
        case .signal(let index) where index >= AwakeableID.indexMin: return "an awakeable (\(leaf.text))"
        case .signal, .namedSignal: return leaf.text
        }
    }
}

extension Command {
    /// What tells it from others of its kind: the name that the service gave it, or what it is about. Nothing of its data.
    fileprivate var subject: String? {
        if let name { return name }
        return switch operation {
        case .call(let call): "\(call.serviceName)/\(call.handlerName)"
        case .getPromise(let key, _): key
        case .attachInvocation(.invocationID(let id), _): id
        default: nil
        }
    }
}
