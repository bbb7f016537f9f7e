import CommandLine
import ControlProtocol
import FoundationEssentials
import Testing

/// Looking at and changing the state of keys.
@Suite struct StateCommandTests {
    /// `{"a": 1}` with odd spaces, the text `ok`, and bytes that are no text.
    private static let values = ["count": "eyJhIjogIDF9", "name": "Im9rIg==", "raw": "/w=="]

    private static func daemon() throws -> FakeDaemon {
        try FakeDaemon(version: ProgramVersion.current) { request in
            guard let id = request.id else { return .close }
            if request.method == ControlMethod.stateGet.rawValue {
                let state = GetState.Result(service: "C", key: "k", version: "v1", values: values)
                return .bytes(ControlCodec.response(id: id, result: state))
            }
            return .bytes(ControlCodec.response(id: id, result: PatchState.Result(isQueued: false)))
        }
    }

    /// What was sent, if anything was.
    private static func patch(_ words: [String], editor: ((String) -> String)? = nil) throws -> PatchState.Parameters? {
        let daemon = try daemon()
        defer { daemon.stop() }
        let run = ClientRun(words: ["state"] + words, socket: daemon.path) { surroundings in
            if let editor { surroundings.edit = { .success(editor($0)) } }
        }
        #expect(run.exitCode == .done)
        return try daemon.requests.first { $0.method == ControlMethod.statePatch.rawValue }?
            .parameters(PatchState.Parameters.self)
    }

    private static func changed(_ changes: [String: String?]) -> PatchState.Parameters {
        var all = values
        for (name, value) in changes { all[name] = value }
        return PatchState.Parameters(service: "C", key: "k", version: "v1", values: all)
    }

    @Test func `values are shown as JSON where they are JSON`() throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        let run = ClientRun("state", "get", "C", "k", socket: daemon.path)
        #expect(
            run.output == """
                NAME   VALUE
                count  {"a":1}
                name   "ok"
                raw    {"base64":"/w=="}

                """
        )
        #expect(ClientRun("state", "get", "C", "k", "name", socket: daemon.path).output == "\"ok\"\n")
        #expect(ClientRun("state", "get", "C", "k", "other", socket: daemon.path).exitCode == .failed)
        let json = ClientRun("state", "get", "C", "k", "--json", socket: daemon.path)
        let result = try ControlCodec.decode(StateResult.self, from: Array(json.output.utf8))
        #expect(result.version == "v1")
        #expect(result.state["raw"] == .object(["base64": .string("/w==")]))
    }

    @Test func `one value is set and all others keep their bytes`() throws {
        #expect(try Self.patch(["set", "C", "k", "count", "7"]) == Self.changed(["count": "Nw=="]))
        #expect(try Self.patch(["set", "C", "k", "raw", "AAE=", "--base64"]) == Self.changed(["raw": "AAE="]))
        #expect(try Self.patch(["set", "C", "k", "name", "\"ok\""]) == nil)
    }

    @Test func `values are removed by name or altogether`() throws {
        #expect(try Self.patch(["clear", "C", "k", "raw", "--yes"]) == Self.changed(["raw": nil]))
        #expect(try Self.patch(["clear", "C", "k", "--yes"])?.values == [:])
        #expect(try Self.patch(["clear", "C", "k", "other"]) == nil)
    }

    @Test func `an editor that changes nothing changes nothing`() throws {
        #expect(try Self.patch(["edit", "C", "k"]) { $0 } == nil)
        let edited = try Self.patch(["edit", "C", "k"]) { $0.split(separator: "ok").joined(separator: "no") }
        #expect(edited == Self.changed(["name": "Im5vIg=="]))
    }

    @Test func `a patch is done as a whole`() throws {
        let patch =
            #"[{"op":"test","path":"/name","value":"ok"},{"op":"remove","path":"/raw"},{"op":"add","path":"/l","value":[]},"#
            + #"{"op":"add","path":"/l/-","value":2},{"op":"add","path":"/l/0","value":1},{"op":"replace","path":"/name","value":"x"}]"#
        let expected = Self.changed(["raw": nil, "name": "Ingi", "l": "WzEsMl0="])
        #expect(try Self.patch(["patch", "C", "k", patch]) == expected)
    }

    @Test(
        arguments: [
            (#"[{"op":"copy","from":"/name","path":"/other"}]"#, ["other": #""ok""#]),
            (#"[{"op":"move","from":"/name","path":"/other"}]"#, ["name": nil, "other": #""ok""#]),
            (#"[{"op":"move","from":"/name","path":"/name"}]"#, nil),
            (
                #"[{"op":"add","path":"/l","value":[1,[2]]},{"op":"move","from":"/l/1/0","path":"/l/0"}]"#,
                ["l": "[2,1,[]]"]
            ),
        ] as [(String, [String: String?]?)]
    )
    func `values are copied and moved`(patch: String, changes: [String: String?]?) throws {
        let expected = changes.map { changes in
            Self.changed(changes.mapValues { $0.map { Data($0.utf8).base64EncodedString() } })
        }
        #expect(try Self.patch(["patch", "C", "k", patch]) == expected)
    }

    @Test(arguments: [
        #"[{"op":"move","from":"/name","path":"/name/x"}]"#, #"[{"op":"copy","from":"/none","path":"/x"}]"#,
        #"[{"op":"copy","path":"/x"}]"#, #"[{"op":"add","path":"/l","value":[1]},{"op":"remove","path":"/l/00"}]"#,
        #"[{"op":"test","path":"/name","value":"no"}]"#, #"[{"op":"remove","path":"/none"}]"#,
        #"[{"op":"replace","path":"/name/x","value":1}]"#, #"[{"op":"move","path":"/name"}]"#,
        #"[{"op":"add","path":"name","value":1}]"#, #"[{"op":"add","path":"/x"}]"#,
    ])
    func `a patch that does not fit changes nothing`(patch: String) throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        let run = ClientRun("state", "patch", "C", "k", patch, socket: daemon.path)
        #expect(run.exitCode == .failed)
        #expect(daemon.requests.allSatisfy { $0.method != ControlMethod.statePatch.rawValue })
    }

    @Test func `the version that was seen is demanded`() throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        _ = ClientRun("state", "set", "C", "k", "name", "1", "--if-version", "v0", socket: daemon.path)
        let sent = try daemon.requests.last?.parameters(PatchState.Parameters.self)
        #expect(sent?.version == "v0")
    }
}
