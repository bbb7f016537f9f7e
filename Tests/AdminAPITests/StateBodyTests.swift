import DurableModel
import Engine
import HTTP
import Testing

@testable import AdminAPI

@Suite struct StateBodyTests {
    private func request(_ body: String, _ path: String = "/services/Cart/state") -> Result<AdminRequest, AdminRefusal>
    {
        Fixture.request(.post, path, Fixture.json, body: body)
    }

    private func patch(_ body: String) -> StatePatch? {
        if case .success(.patchState(let patch)) = request(body) { patch } else { nil }
    }

    @Test func valuesAreArraysOfBytesOrText() {
        let patch = patch(
            #" { "new_state" : { "a" : [ 0 , 34,255 ] , "b":"x\u00e9\n", "":[], "caf\u00e9":[1]}, "object_key":"k\"1",  "zzz":[{"a":"]"}, 1.5e3] } "#
        )
        #expect(patch?.key == ServiceKey(service: "Cart", key: "k\"1"))
        let text = Array("xé\n".utf8)
        #expect(
            patch?.newState == [Array("a".utf8): [0, 34, 255], Array("b".utf8): text, []: [], Array("café".utf8): [1]]
        )
        #expect(patch != nil && patch?.expectedVersion == nil)
    }

    @Test(arguments: ["", "/v2", "/v4"]) func everyVersionTakesIt(prefix: String) {
        guard case .success(.patchState) = request(#"{"object_key":"","new_state":{}}"#, prefix + "/services/X/state")
        else {
            Issue.record("refused")
            return
        }
    }

    @Test func versionIsAHash() {
        let empty = patch(#"{"object_key":"k","version":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU","new_state":{}}"#)
        #expect(empty?.expectedVersion == StateVersion.digest(of: []))
        let none = patch(#"{"object_key":"k","version":null,"new_state":{}}"#)
        #expect(none != nil && none?.expectedVersion == nil)
    }

    @Test(arguments: [
        "", "!!", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuF", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFUAA",
    ])
    func whatIsNoVersionIsRefused(version: String) {
        let request = request(#"{"object_key":"k","version":"\#(version)","new_state":{}}"#)
        #expect(request == .failure(.badStateVersion))
    }

    @Test(arguments: [
        (#"{"new_state":{}}"#, 422), (#"{"object_key":"k"}"#, 422), (#"{"object_key":5,"new_state":{}}"#, 422),
        (#"{"object_key":"k","new_state":{"a":[256]}}"#, 422), (#"{"object_key":"k","new_state":{"a":[-1]}}"#, 422),
        (#"{"object_key":"k","new_state":{"a":[1.5]}}"#, 422), (#"{"object_key":"k","new_state":{"a":[1e1]}}"#, 422),
        (#"{"object_key":"k","new_state":{"a":[99999999999999999999]}}"#, 422),
        (#"{"object_key":"k","new_state":{"a":["1"]}}"#, 422), (#"{"object_key":"k","new_state":{"a":{}}}"#, 422),
        (#"{"object_key":"k","new_state":[]}"#, 422), (#"{"object_key":"k","new_state":null}"#, 422),
        (#"{"object_key":"k","version":5,"new_state":{}}"#, 422), ("[]", 422), ("", 400), ("{", 400),
        (#"{"object_key":"k","new_state":{"a":[1 2]}}"#, 400), (#"{"object_key":"k","new_state":{"a":[1,]}}"#, 422),
        (#"{"object_key":"k","new_state":{}}x"#, 400), (#"{"object_key":"k","new_state":{},}"#, 400),
        (#"{"object_key":"k" "new_state":{}}"#, 400), (#"{"object_key":"k","zzz":nope,"new_state":{}}"#, 400),
        (#"{"object_key":"\x","new_state":{}}"#, 400), (#"{"object_key":"k","new_state":{"a":[1}}"#, 400),
        (#"{"object_key":"k","new_state":{"a":["#, 422), (#"{"object_key"#, 400),
    ])
    func badBodyHasItsStatus(body: String, status: Int) {
        guard case .failure(let refusal) = request(body) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.status == status, "\(refusal)")
    }

    @Test func onlyStatesMayBeLarge() {
        #expect(AdminRequest.bodyBytesMax(of: Fixture.head(.post, "/services/Cart/state")) == StateBody.bytesMax)
        #expect(AdminRequest.bodyBytesMax(of: Fixture.head(.post, "/query")) == AdminRequest.bodyBytesMax)
        let value = String(repeating: "255,", count: 400_000) + "7"
        #expect(
            patch(#"{"object_key":"k","new_state":{"a":[\#(value)]}}"#)?.newState[Array("a".utf8)]?.count == 400_001
        )
    }
}
