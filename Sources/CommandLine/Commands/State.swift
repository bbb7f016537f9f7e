import ControlProtocol

/// What `state get --json` prints: the values as JSON, or `{"base64": "..."}` where they are none.
package struct StateResult: Codable, Hashable, Sendable {
    package var service: String
    package var key: String
    /// Stands for the whole state: it is another one as soon as anything in it is.
    package var version: String
    package var state: [String: JSONValue]
}

extension CommandTable {
    private static let keyArguments = [
        Command.Argument("SERVICE", "the name of an object or a workflow", completes: .services),
        Command.Argument("KEY", "its key"),
    ]
    private static let versionOption = Command.Option(
        .ifVersion,
        value: "VERSION",
        "only if the state has this version, which state get --json says"
    )

    /// `state get`
    static let getState = Command(
        "state get",
        "show the state of a key, or one value of it",
        arguments: keyArguments + [Command.Argument("NAME", "one value of it", isOptionalList: true)],
        options: [Command.watchOption],
        examples: ["perdure state get Counter mine", "perdure state get Counter mine count"]
    ) { call throws(ClientError) in
        var result = try KeyState(call).result
        let names = call.parsed.arguments.dropFirst(2)
        for name in names where result.state[name] == nil {
            throw .refused(ControlError(.stateRefused, "\(result.service)/\(result.key) has no value \"\(name)\""))
        }
        if !names.isEmpty { result.state = result.state.filter { names.contains($0.key) } }
        let rows = result.state.sorted { $0.key < $1.key }.map { [Cell($0.key), Cell(compact($0.value))] }
        if names.count == 1 { return Rendering(result, Page(rows.map { .table(Table(titles: [], rows: [[$0[1]]])) })) }
        guard !rows.isEmpty else { return Rendering(result, Page([.note("The key has no state.")])) }
        return Rendering(result, Page([.table(Table(titles: ["NAME", "VALUE"], rows: rows))]))
    }

    /// `state set`
    static let setState = Command(
        "state set",
        "set one value of a key",
        arguments: keyArguments + [
            Command.Argument("NAME", "the value's name"), Command.Argument("VALUE", "the value, as JSON"),
        ],
        options: [Command.Option(.base64, "VALUE is any bytes, in base64"), versionOption],
        examples: ["perdure state set Counter mine count 7", "perdure state set Profile ada name '\"Ada\"'"]
    ) { call throws(ClientError) in
        let text = call.argument(3)
        var state = try KeyState(call)
        if call.parsed.has(.base64) {
            guard let bytes = StateDocument.decoded(text) else {
                throw .usage("VALUE is not base64", hint: "leave --base64 out if it is JSON")
            }
            state.values[call.argument(2)] = bytes
        } else {
            guard StateDocument.parsed(Array(text.utf8)) != nil else {
                throw .usage("VALUE is not JSON", hint: "a text needs quotes, for JSON and for the shell: '\"text\"'")
            }
            state.values[call.argument(2)] = Array(text.utf8)
        }
        return try state.stored()
    }

    /// `state edit`
    static let editState = Command(
        "state edit",
        "edit the state of a key, as JSON in your editor",
        arguments: keyArguments,
        examples: ["perdure state edit Counter mine"]
    ) { call throws(ClientError) in
        var state = try KeyState(call)
        try state.take(try call.edited(state.result.state))
        return try state.stored()
    }

    /// `state patch`
    static let patchState = Command(
        "state patch",
        "change the state of a key by a JSON Patch (RFC 6902)",
        arguments: keyArguments + [Command.Argument("PATCH", "the patch, or @FILE", completes: .files)],
        options: [versionOption],
        examples: [#"perdure state patch Counter mine '[{"op": "replace", "path": "/count", "value": 7}]'"#]
    ) { call throws(ClientError) in
        let patch = try jsonPatch(call)
        var state = try KeyState(call)
        let patched: JSONValue
        do throws(JSONPatch.Failure) {
            patched = try patch.applied(to: .object(state.result.state))
        } catch {
            throw .refused(ControlError(.stateConflict, "the patch does not fit: \(error.reason)"))
        }
        guard case .object(let values) = patched else {
            throw .usage("the patch leaves no object of names and values", hint: "see: perdure state get")
        }
        try state.take(values)
        return try state.stored()
    }

    /// `state clear`
    static let clearState = Command(
        "state clear",
        "remove the state of a key, or single values of it",
        arguments: keyArguments + [Command.Argument("NAME", "only these values", isOptionalList: true)],
        options: [versionOption, Command.Option(.yes, "do not ask")],
        examples: ["perdure state clear Counter mine", "perdure state clear Counter mine count --yes"]
    ) { call throws(ClientError) in
        var state = try KeyState(call)
        let names = call.parsed.arguments.dropFirst(2)
        let removed = state.values.keys.filter { names.isEmpty || names.contains($0) }.sorted()
        guard !removed.isEmpty else { return try state.stored() }
        try call.confirm(
            "Remove \(removed.count == 1 ? "this value" : "these \(removed.count) values")?",
            consequences: Page([.text(removed.joined(separator: ", "))])
        )
        for name in removed { state.values[name] = nil }
        return try state.stored()
    }

    /// JSON in one line.
    static func compact(_ value: JSONValue) -> String {
        (try? ControlCodec.json(value)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }

    private static func jsonPatch(_ call: CommandCall) throws(ClientError) -> JSONPatch {
        var text = call.argument(2)
        if text.hasPrefix("@") {
            guard let read = call.surroundings.readFile(String(text.dropFirst())) else {
                throw .usage("\(text.dropFirst()) cannot be read as text", hint: "give the patch itself, or @FILE")
            }
            text = read
        }
        guard let value = StateDocument.parsed(Array(text.utf8)), let json = try? ControlCodec.json(value),
            let patch = JSONPatch(json)
        else {
            throw .usage("PATCH is no JSON Patch", hint: #"for instance: [{"op": "remove", "path": "/count"}]"#)
        }
        return patch
    }
}

/// The state of a key as it was found, and as it is to be.
private struct KeyState {
    private let call: CommandCall
    private let found: GetState.Result
    private let before: [String: [UInt8]]
    var values: [String: [UInt8]]

    init(_ call: CommandCall) throws(ClientError) {
        self.call = call
        found = try call.ask(GetState.self, GetState.Parameters(service: call.argument(0), key: call.argument(1)))
        var values: [String: [UInt8]] = [:]
        for (name, text) in found.values {
            guard let bytes = StateDocument.decoded(text) else { throw .badAnswer("a value is not base64") }
            values[name] = bytes
        }
        self.values = values
        before = values
    }

    /// As it was found.
    var result: StateResult {
        StateResult(
            service: found.service,
            key: found.key,
            version: found.version,
            state: before.mapValues(StateDocument.shown)
        )
    }

    /// Takes over values as they are shown. What looks as before keeps its bytes.
    mutating func take(_ shown: [String: JSONValue]) throws(ClientError) {
        let old = result.state
        var new: [String: [UInt8]] = [:]
        for (name, value) in shown {
            guard let bytes = old[name] == value ? before[name] : StateDocument.bytes(value) else {
                throw .usage("the value \"\(name)\" is not base64", hint: "nothing was changed")
            }
            new[name] = bytes
        }
        values = new
    }

    /// Stores it, unless somebody has changed it meanwhile.
    func stored() throws(ClientError) -> Rendering {
        let version = call.parsed.value(.ifVersion) ?? found.version
        guard values != before || version != found.version else {
            return Rendering(PatchState.Result(isQueued: false), Page([.text("Nothing was changed.")]))
        }
        let result = try call.ask(
            PatchState.self,
            PatchState.Parameters(
                service: found.service,
                key: found.key,
                version: version,
                values: values.mapValues(StateDocument.encoded)
            )
        )
        let text =
            result.isQueued
            ? "The change waits for the invocation that has the key."
            : "Changed the state of \(found.service)/\(found.key)."
        return Rendering(result, Page([.text(text)]))
    }
}
