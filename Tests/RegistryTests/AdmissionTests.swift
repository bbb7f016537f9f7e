import DurableModel
import Registry
import Testing

@Suite struct AdmissionTests {
    private func catalog() throws -> Catalog {
        var isPrivate = HandlerOptions()
        isPrivate.ingressPrivate = true
        return try Catalog.holding([
            Fixture.discovered(
                "h:1",
                [
                    Service(
                        name: "Echo",
                        type: .service,
                        handlers: [
                            Handler(name: "echo", type: .plain),
                            Handler(name: "secret", type: .plain, options: isPrivate),
                        ]
                    ),
                    Fixture.service("Hidden", options: isPrivate),
                    Fixture.service("Tally", .virtualObject, handlers: ["add"]),
                    Service(
                        name: "Flow",
                        type: .workflow,
                        handlers: [
                            Handler(name: "run", type: .workflowRun), Handler(name: "peek", type: .shared),
                        ]
                    ),
                ]
            )
        ])
    }

    private func refusal(
        _ service: String,
        _ handler: String,
        hasKey: Bool = false,
        hasIdempotencyKey: Bool = false
    ) throws -> AdmissionRefusal? {
        do {
            _ = try catalog()
                .admit(service: service, handler: handler, hasKey: hasKey, hasIdempotencyKey: hasIdempotencyKey)
            return nil
        } catch let refusal as AdmissionRefusal {
            return refusal
        }
    }

    @Test func whatIsKnownAndPublicIsAdmitted() throws {
        #expect(try refusal("Echo", "echo", hasIdempotencyKey: true) == nil)
        #expect(try refusal("Tally", "add", hasKey: true, hasIdempotencyKey: true) == nil)
        #expect(try refusal("Flow", "run", hasKey: true) == nil)
        #expect(try refusal("Flow", "peek", hasKey: true, hasIdempotencyKey: true) == nil)
    }

    @Test func unknownServiceComesFirst() throws {
        #expect(try refusal("Nope", "x", hasKey: true, hasIdempotencyKey: true) == .unknownService("Nope"))
        #expect(AdmissionRefusal.unknownService("Nope").httpStatus == 404)
    }

    @Test func keyMustFitTheService() throws {
        #expect(try refusal("Echo", "echo", hasKey: true) == .wrongKeyArity(service: "Echo"))
        #expect(try refusal("Tally", "add") == .wrongKeyArity(service: "Tally"))
        #expect(try refusal("Flow", "run") == .wrongKeyArity(service: "Flow"))
        #expect(AdmissionRefusal.wrongKeyArity(service: "Flow").httpStatus == 400)
    }

    @Test func unknownHandlerComesBeforePrivacy() throws {
        #expect(try refusal("Hidden", "nope") == .unknownHandler(service: "Hidden", handler: "nope"))
        #expect(AdmissionRefusal.unknownHandler(service: "Hidden", handler: "nope").httpStatus == 404)
    }

    @Test func privateServiceAndHandlerAreRefusedAlike() throws {
        #expect(try refusal("Hidden", "run") == .notPublic)
        #expect(try refusal("Echo", "secret") == .notPublic)
    }

    @Test func workflowRunTakesNoIdempotencyKey() throws {
        #expect(try refusal("Flow", "run", hasKey: true, hasIdempotencyKey: true) == .idempotencyKeyOnWorkflowRun)
    }

    struct InputCase: Sendable, CustomTestStringConvertible {
        var rules: InputRules
        var contentType: String?
        var isEmpty: Bool
        var refusal: AdmissionRefusal?

        var testDescription: String { "\(rules) \(contentType ?? "none") \(isEmpty)" }
    }

    private static let json = ContentTypePattern(text: "application/json")
    private static let needed = InputRules(allowsNothing: false, contentType: json, mustNotBeEmpty: true)
    private static let optional = InputRules(allowsNothing: true, contentType: json, mustNotBeEmpty: true)
    private static let raw = InputRules(allowsNothing: false, contentType: ContentTypePattern(text: "*/*"))
    private static let nothing = InputRules(allowsNothing: true, contentType: nil)
    private static let impossible = InputRules(allowsNothing: false, contentType: nil)

    private static let inputCases: [InputCase] = [
        InputCase(rules: InputRules(), contentType: nil, isEmpty: true, refusal: nil),
        InputCase(rules: InputRules(), contentType: "a/b", isEmpty: true, refusal: nil),
        InputCase(rules: InputRules(), contentType: "a/b", isEmpty: false, refusal: nil),
        InputCase(rules: InputRules(), contentType: nil, isEmpty: false, refusal: .emptyContentType),
        InputCase(rules: needed, contentType: nil, isEmpty: true, refusal: .emptyContentType),
        InputCase(rules: needed, contentType: "application/json", isEmpty: true, refusal: .emptyBody),
        InputCase(rules: needed, contentType: "application/json; charset=utf-8", isEmpty: false, refusal: nil),
        InputCase(
            rules: needed,
            contentType: "Application/JSON",
            isEmpty: false,
            refusal: .contentTypeMismatch(given: "Application/JSON", expected: "application/json")
        ),
        InputCase(rules: optional, contentType: nil, isEmpty: true, refusal: nil),
        InputCase(rules: optional, contentType: "application/json", isEmpty: true, refusal: .emptyBody),
        InputCase(rules: optional, contentType: nil, isEmpty: false, refusal: .emptyContentType),
        InputCase(rules: raw, contentType: nil, isEmpty: true, refusal: .emptyContentType),
        InputCase(rules: raw, contentType: "x/y", isEmpty: true, refusal: nil),
        InputCase(rules: nothing, contentType: nil, isEmpty: true, refusal: nil),
        InputCase(rules: nothing, contentType: "a/b", isEmpty: true, refusal: .mustBeEmpty(contentType: "a/b")),
        InputCase(rules: nothing, contentType: nil, isEmpty: false, refusal: .mustBeEmpty(contentType: nil)),
        InputCase(rules: impossible, contentType: "a/b", isEmpty: false, refusal: .nothingAllowed),
        InputCase(rules: impossible, contentType: nil, isEmpty: true, refusal: .nothingAllowed),
    ]

    @Test(arguments: inputCases) func inputPassesIfAnyRuleDoes(_ input: InputCase) {
        var refusal: AdmissionRefusal?
        do {
            let contentType = input.contentType.map { Array($0.utf8)[...] }
            try input.rules.check(contentType: contentType, bodyIsEmpty: input.isEmpty)
        } catch {
            refusal = error
        }
        #expect(refusal == input.refusal)
    }
}
