import DurableModel
import Engine
import HTTP
import Registry
import Testing

@testable import IngressAPI

@Suite struct IngressPathTests {
    /// What a path comes to, as one word to compare.
    private func outcome(_ path: String) throws -> String {
        let catalog = try Fixture.catalog()
        do {
            switch try IngressRoute.parse(Array(path.utf8)[...], catalog: catalog) {
            case .health: return "health"
            case .invoke(let invoke):
                let key = invoke.key.map { "[\($0)]" } ?? ""
                return (invoke.isSend ? "send " : "call ") + (invoke.hasScope ? "scoped " : "") + invoke.service.name
                    + key
                    + " " + invoke.handler
            case .attach(let reference): return "attach " + text(reference)
            case .output(let reference): return "output " + text(reference)
            case .attachByBody: return "attach by body"
            case .outputByBody: return "output by body"
            case .lookupByBody: return "lookup by body"
            case .completeAwakeable(_, let isRejected): return isRejected ? "reject" : "resolve"
            }
        } catch {
            return "\(error.status) " + String(error.description.prefix(24))
        }
    }

    private func text(_ reference: IngressReference) -> String {
        switch reference {
        case .invocation: "id"
        case .workflow(let name, let key): "workflow \(name)[\(key)]"
        case .idempotent(let service, let key, let handler, let idempotencyKey):
            "idempotent \(service)\(key.map { "[\($0)]" } ?? "") \(handler) \(idempotencyKey)"
        }
    }

    @Test(arguments: [
        ("/Echo/echo", "call Echo echo"), ("/Echo/echo/", "call Echo echo"), ("/Echo/echo/send", "send Echo echo"),
        ("/Echo/send", "call Echo send"), ("/Echo/send/send", "send Echo send"), ("/Tally/k/add", "call Tally[k] add"),
        ("/Tally/k/add/send", "send Tally[k] add"), ("/Tally//add", "call Tally[] add"),
        ("/Tally/a%2Fb%20c/add", "call Tally[a/b c] add"), ("/Tally/%zz/add", "call Tally[%zz] add"),
        ("/Tally/100%/add", "call Tally[100%] add"), ("/Tally/a+b/add", "call Tally[a+b] add"),
        ("/Tally/%C3%A9/add", "call Tally[é] add"), ("/Flow/w/run", "call Flow[w] run"),
        ("/restate/call/Echo/echo", "call Echo echo"), ("/restate/send/Echo/echo", "send Echo echo"),
        ("/restate/call/Tally/k/add", "call Tally[k] add"), ("/restate/send/Tally/%2F/add", "send Tally[/] add"),
        ("/restate/scope/s/call/Echo/echo", "call scoped Echo echo"),
        ("/restate/scope/s/send/Tally/k/add", "send scoped Tally[k] add"),
    ])
    func callsAndSends(path: String, expected: String) throws {
        #expect(try outcome(path) == expected)
    }

    @Test(arguments: [
        ("/restate/health", "health"), ("/restate/attach", "attach by body"), ("/restate/output", "output by body"),
        ("/restate/lookup", "lookup by body"),
        ("/restate/attach/inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", "attach id"),
        ("/restate/output/inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", "output id"),
        ("/restate/invocation/inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz/attach", "attach id"),
        ("/restate/invocation/inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz/output", "output id"),
        ("/restate/invocation/Echo/echo/ik/attach", "attach idempotent Echo echo ik"),
        ("/restate/invocation/Tally/a%20b/add/i%20k/output", "output idempotent Tally[a b] add i%20k"),
        ("/restate/workflow/Flow/w%201/attach", "attach workflow Flow[w 1]"),
        ("/restate/workflow/Nope/w/output", "output workflow Nope[w]"),
        ("/restate/awakeables/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ/resolve", "resolve"),
        ("/restate/a/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ/reject", "reject"),
    ])
    func pathsOfTheServerItself(path: String, expected: String) throws {
        #expect(try outcome(path) == expected)
    }

    @Test(arguments: [
        ("/", "400 bad path: /"), ("//", "400 bad path: //"), ("/Echo", "400 bad path: /Echo"),
        ("/restate/", "400 bad path: /restate/"), ("Echo/echo", "400 bad path: Echo/echo"),
        ("/a/b/c/d/e/f/g/h", "400 bad path: /a/b/c/d/e"), ("/Nope/x", "404 service 'Nope' not foun"),
        ("/%45cho/echo", "404 service '%45cho' not f"), ("/Echo/k/echo", "400 bad path, expected eithe"),
        ("/Tally/add", "400 bad path, expected eithe"), ("/Tally/k/add/x/y", "400 bad path, expected eithe"),
        ("/Tally/%ff/add", "400 bad path, cannot decode "), ("/openapi/x", "404 not found"),
        ("/restate/zzz/x", "404 not found"), ("/restate/call/Echo", "400 bad path, expected /rest"),
        ("/restate/call/Echo/echo/send", "400 bad path, expected /rest"),
        ("/restate/call/Nope/x", "404 service 'Nope' not foun"), ("/restate/scope/s", "400 bad path, expected /rest"),
        ("/restate/scope/s/zzz/Echo/echo", "404 not found"), ("/restate/health/x", "404 not found"),
        ("/restate/attach/nonsense", "400 bad invocation id 'nons"),
        ("/restate/invocation/Nope/h/ik/attach", "404 service 'Nope' not foun"),
        ("/restate/invocation/Echo/k/echo/ik/attach", "400 bad path, expected /rest"),
        ("/restate/invocation/inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz/cancel", "404 not found"),
        ("/restate/workflow/Flow/w", "400 bad path, expected /rest"),
        ("/restate/workflow/Flow/w/run/attach", "404 not found"), ("/restate/workflow/Flow/w/cancel", "404 not found"),
        ("/restate/awakeables/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ", "400 bad path, expected eithe"),
        ("/restate/awakeables/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAEQ/x", "404 not found"),
        ("/restate/awakeables/sign_1gXIVH_csXlLmd_1diYLZiUC9P4j_l2gDAAAAAQ/resolve", "400 bad awakeable id 'sign_"),
        ("/restate/awakeables/nonsense/resolve", "400 bad awakeable id 'nonse"),
        ("/restate/awakeables/prom_1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/resolve", "400 bad awakeable id 'prom_"),
    ])
    func refusedPaths(path: String, expected: String) throws {
        let outcome = try outcome(path)
        #expect(outcome.hasPrefix(expected), "\(outcome)")
    }
}

extension IngressPathTests {
    @Test func referencesNameTheSameIdInEveryForm() throws {
        func id(_ decision: IngressDecision) -> InvocationID? {
            switch decision {
            case .attach(let id, _), .fetchOutput(let id, _): id
            case .respond, .invoke, .completeAwakeable: nil
            }
        }
        let byPath = try id(Fixture.decide(.get, "/restate/invocation/Tally/k/add/ik/attach"))
        let body =
            #"{"target":"idempotentInvocation","service":"Tally","key":"k","handler":"add","idempotencyKey":"ik"}"#
        #expect(byPath != nil)
        #expect(try id(Fixture.decide(.post, "/restate/attach", body: body)) == byPath)
        #expect(try id(Fixture.decide(.post, "/restate/output", body: body)) == byPath)
        let target = Target(service: "Tally", key: "k", handler: "add")
        #expect(byPath == DerivedID.idempotent(target: target, idempotencyKey: "ik"))
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("{", "it is not JSON"), ("[]", "must be"), ("{}", "'target' is missing"),
        (#"{"target":"x"}"#, "unknown target 'x'"), (#"{"target":5}"#, "'target' must be a string"),
        (#"{"target":"invocation"}"#, "'invocationId' is missing"),
        (#"{"target":"workflow","workflowName":"F"}"#, "'workflowKey' is missing"),
        (#"{"target":"idempotentInvocation","service":"F","handler":"h"}"#, "'idempotencyKey' is missing"),
        (#"{"target":"invocation","invocationId":"zz"}"#, "bad invocation id 'zz': bad format"),
    ])
    func malformedReferenceIsTheCallersFault(body: String, reason: String) throws {
        for path in ["/restate/attach", "/restate/output", "/restate/lookup"] {
            let response = try Fixture.decide(.post, path, body: body).response
            #expect(response?.head.status == 400)
            #expect(response?.message?.contains(reason) == true, "\(response?.message ?? "")")
        }
    }

    @Test func hugeReferenceIsNotRead() throws {
        let body = String(repeating: " ", count: IngressReference.bodyBytesMax + 1)
        #expect(try Fixture.decide(.post, "/restate/attach", body: body).response?.head.status == 413)
        let deep = String(repeating: "[", count: IngressReference.bodyBytesMax)
        #expect(try Fixture.decide(.post, "/restate/attach", body: deep).response?.head.status == 400)
    }
}
