import ControlProtocol

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
        let state = try KeyState(call)
        let names = call.parsed.arguments.dropFirst(2)
        var shown = state.shown
        for name in names where shown[name] == nil {
            throw .refused(ControlError(.stateRefused, "\(state.name) has no value \"\(name)\""))
        }
        if !names.isEmpty { shown = shown.filter { names.contains($0.key) } }
        let rows = shown.sorted { $0.key < $1.key }.map { [Cell($0.key), Cell($0.value.text())] }
        let document = state.document(of: shown)
        if names.count == 1 {
            return Rendering(exact: document, Page(rows.map { .table(Table(titles: [], rows: [[$0[1]]])) }))
        }
        guard !rows.isEmpty else { return Rendering(exact: document, Page([.note("The key has no state.")])) }
        return Rendering(exact: document, Page([.table(Table(titles: ["NAME", "VALUE"], rows: rows))]))
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
        let state = try KeyState(call)
        return try call.edited(ExactJSON.object(state.shown).text(pretty: true) + "\n") { edited throws(ClientError) in
            var state = state
            try state.take(try values(typed: edited))
            return try state.stored()
        }
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
        let patched: ExactJSON
        do throws(JSONPatch.Failure) {
            patched = try patch.applied(to: .object(state.shown))
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
        "remove the state of a key, or single values of it, after a question",
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

    /// The names and values that somebody has typed.
    private static func values(typed text: String) throws(ClientError) -> [String: ExactJSON] {
        do throws(ExactJSON.Problem) {
            if case .object(let values) = try ExactJSON(parsing: Array(text.utf8)) { return values }
        } catch {
            let place = "line \(error.line), column \(error.column)"
            throw .failed("what was edited is not JSON: \(error.reason) (\(place))", hint: "nothing was changed")
        }
        throw .failed("what was edited is not an object of names and values", hint: "nothing was changed")
    }

    private static func jsonPatch(_ call: CommandCall) throws(ClientError) -> JSONPatch {
        var text = call.argument(2)
        if text.hasPrefix("@") {
            guard let read = call.surroundings.readFile(String(text.dropFirst())) else {
                throw .usage("\(text.dropFirst()) cannot be read as text", hint: "give the patch itself, or @FILE")
            }
            text = read
        }
        guard let value = StateDocument.parsed(Array(text.utf8)), let patch = JSONPatch(value) else {
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

    /// What has the state.
    var name: String { "\(found.service)/\(found.key)" }

    /// The values as they were found and are shown.
    var shown: [String: ExactJSON] { before.mapValues(StateDocument.shown) }

    /// What programs get to see, with these of the values. The version stands for the whole state: it is another one as
    /// soon as anything in it is.
    func document(of values: [String: ExactJSON]) -> ExactJSON {
        .object([
            "service": .string(found.service), "key": .string(found.key), "version": .string(found.version),
            "state": .object(values),
        ])
    }

    /// Takes over values as they are shown. What looks as before keeps its bytes.
    mutating func take(_ values: [String: ExactJSON]) throws(ClientError) {
        let old = shown
        var new: [String: [UInt8]] = [:]
        for (name, value) in values {
            guard let bytes = old[name] == value ? before[name] : StateDocument.bytes(value) else {
                throw .usage("the value \"\(name)\" is not base64", hint: "nothing was changed")
            }
            new[name] = bytes
        }
        self.values = new
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
            : "Changed the state of \(name)."
        return Rendering(result, Page([.text(text)]))
    }
}
