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
        #expect(
            try ControlCodec.decode(JSONValue.self, from: Array(json.output.utf8))
                == .object([
                    "service": .string("C"), "key": .string("k"), "version": .string("v1"),
                    "state": .object([
                        "count": .object(["a": .integer(1)]), "name": .string("ok"),
                        "raw": .object(["base64": .string("/w==")]),
                    ]),
                ])
        )
    }

    /// `{"id": 18446744073709551615, "n": 1}`
    private static let large = ["big": "eyJpZCI6IDE4NDQ2NzQ0MDczNzA5NTUxNjE1LCAibiI6IDF9"]

    @Test func `numbers are shown as they were written`() throws {
        let state = GetState.Result(service: "C", key: "k", version: "v1", values: Self.large)
        let daemon = try FakeDaemon(result: state)
        defer { daemon.stop() }
        let text = ClientRun("state", "get", "C", "k", "big", socket: daemon.path)
        #expect(text.output == #"{"id":18446744073709551615,"n":1}"# + "\n")
        let json = ClientRun("state", "get", "C", "k", "--json", socket: daemon.path)
        #expect(json.output.contains(#""id" : 18446744073709551615"#))
    }

    @Test func `numbers are stored as they were typed`() throws {
        let digits = "12345678901234567890123"
        let edited = try Self.patch(["edit", "C", "k"]) { _ in #"{"a":[\#(digits),1.0,1E400,0.10]}"# }
        let stored = try #require(edited?.values["a"].flatMap { Data(base64Encoded: $0) })
        #expect(String(decoding: stored, as: UTF8.self) == "[\(digits),1.0,1E400,0.10]")
        let patch = #"[{"op":"add","path":"/count/b","value":\#(digits)}]"#
        let patched = try #require(try Self.patch(["patch", "C", "k", patch])?.values["count"])
        #expect(patched == Data(#"{"a":1,"b":\#(digits)}"#.utf8).base64EncodedString())
    }

    @Test(arguments: [("1", "1.0"), ("100", "1e2"), ("0.012", "12E-3"), ("-0", "0"), ("0", "0e5")])
    func `a patch tests numbers as numbers`(stored: String, tested: String) throws {
        let patch = #"[{"op":"add","path":"/n","value":\#(stored)},{"op":"test","path":"/n","value":\#(tested)}]"#
        #expect(try Self.patch(["patch", "C", "k", patch]) != nil)
    }

    @Test(arguments: [
        "01", "1.", ".5", "+1", "1e", "--1", "nul", "[1,]", "[1", #"{"a"}"#, #"{"a":1,}"#, #""\x""#, #""\u12""#,
        #""\ud800""#, "1 2", "\"\u{1}\"", String(repeating: "[", count: 600), "",
    ])
    func `what is no JSON is not stored`(value: String) throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        let run = ClientRun("state", "edit", "C", "k", socket: daemon.path) {
            $0.edit = { _ in .success(#"{"a":\#(value)}"#) }
        }
        #expect(run.exitCode == .failed)
        #expect(run.error.contains("not JSON") && run.error.contains("line 1"))
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

    @Test(arguments: ["garbage", "{", "[]", #"{"raw":{"base64":"?"}}"#])
    func `what was typed and cannot be used is a failure that keeps it`(typed: String) throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        var kept: [String] = []
        let run = ClientRun("state", "edit", "C", "k", socket: daemon.path) { surroundings in
            surroundings.edit = { _ in .success(typed) }
            surroundings.keep = {
                kept.append($0)
                return .success("/tmp/kept.json")
            }
        }
        #expect(run.exitCode == .failed)
        #expect(kept == [typed])
        #expect(run.error.contains("what you typed is kept in /tmp/kept.json"))
        #expect(!run.error.contains("frame"))
        #expect(daemon.requests.allSatisfy { $0.method != ControlMethod.statePatch.rawValue })
    }

    @Test func `an edit that the daemon refuses keeps what was typed`() throws {
        let daemon = try FakeDaemon { request in
            guard let id = request.id else { return .close }
            switch request.method {
            case ControlMethod.hello.rawValue:
                let hello = Hello.Result(protocolVersion: 1, privilege: .operate)
                return .bytes(ControlCodec.response(id: id, result: hello))
            case ControlMethod.stateGet.rawValue:
                let state = GetState.Result(service: "C", key: "k", version: "v1", values: [:])
                return .bytes(ControlCodec.response(id: id, result: state))
            default: return .bytes(ControlCodec.response(id: id, error: ControlError(.stateConflict)))
            }
        }
        defer { daemon.stop() }
        let run = ClientRun("state", "edit", "C", "k", socket: daemon.path) { surroundings in
            surroundings.edit = { _ in .success(#"{"a":1}"#) }
            surroundings.keep = { _ in .success("/tmp/kept.json") }
        }
        #expect(run.exitCode == .failed)
        #expect(run.error.contains("/tmp/kept.json"))
    }

    @Test func `an editor that cannot be run is a failure`() throws {
        let daemon = try Self.daemon()
        defer { daemon.stop() }
        let run = ClientRun("state", "edit", "C", "k", socket: daemon.path) { surroundings in
            surroundings.edit = { _ in .failure(EditorFailure(reason: "the editor failed: ed")) }
        }
        #expect(run.exitCode == .failed)
        #expect(run.error.contains("the editor failed: ed"))
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
