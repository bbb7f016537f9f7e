import ControlProtocol

/// What an entry of a journal is about, for people, from the JSON that `sys_journal` has of it.
enum JournalDetail {
    /// The type of the entry that tells the id of what was called; only its whole JSON holds that.
    static let callee = "Notification: CallInvocationId"

    /// A few words; nil where there is nothing to add to the entry's type and name.
    static func text(of json: String) -> String? {
        guard let entry = try? ControlCodec.decode(JSONValue.self, from: Array(json.utf8)) else { return nil }
        if let id = entry["Notification"]?["Completion"]?["CallInvocationId"]?["invocation_id"]?.text { return id }
        guard case .object(let commands)? = entry["Command"], let command = commands.values.first else { return nil }
        if let target = command["invocation_target"].flatMap(target) {
            let time = command["invoke_time"]?.milliseconds.flatMap { $0 > 0 ? ControlTime(milliseconds: $0) : nil }
            return time.map { "\(target) at \($0)" } ?? target
        }
        if let time = command["wake_up_time"]?.milliseconds { return "until \(ControlTime(milliseconds: time))" }
        return command["target_invocation_id"]?.text ?? command["key"]?.text
    }

    private static func target(_ target: JSONValue) -> String? {
        guard case .object(let kinds) = target, let parts = kinds.values.first, let service = parts["name"]?.text,
            let handler = parts["handler"]?.text
        else { return nil }
        return [service, parts["key"]?.text, handler].compactMap { $0 }.joined(separator: "/")
    }
}

extension JSONValue {
    fileprivate subscript(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var milliseconds: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }
}
