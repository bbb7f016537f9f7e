import DurableModel
import Registry
import Testing

/// What keeps a single handler from being registered.
@Suite struct HandlerRuleTests {
    private func refusal(
        _ type: ServiceType,
        _ handler: Handler,
        service options: HandlerOptions = HandlerOptions()
    ) -> RegistryError? {
        let service = Service(name: "A", type: type, handlers: [handler], options: options)
        do {
            _ = try Catalog().registering(Fixture.discovered("h:1", [service]), id: 1)
            return nil
        } catch {
            return error
        }
    }

    @Test func workflowRetentionBelongsToTheRun() {
        var options = HandlerOptions()
        options.workflowCompletionRetention = .hours(1)
        #expect(refusal(.workflow, Handler(name: "run", type: .workflowRun, options: options)) == nil)
        let expected = RegistryError.workflowRetentionMisplaced(handler: "h")
        #expect(refusal(.workflow, Handler(name: "h", type: .shared, options: options)) == expected)
        #expect(refusal(.service, Handler(name: "h", type: .plain, options: options)) == expected)
        #expect(expected.httpStatus == 400)
    }

    @Test func idempotencyRetentionBelongsToAllButTheRun() {
        var options = HandlerOptions()
        options.idempotencyRetention = .hours(1)
        #expect(refusal(.workflow, Handler(name: "h", type: .shared, options: options)) == nil)
        #expect(
            refusal(.workflow, Handler(name: "run", type: .workflowRun, options: options))
                == .idempotencyRetentionMisplaced(handler: "run")
        )
    }

    @Test func publicHandlerInPrivateServiceIsRefused() {
        var (isPrivate, isPublic) = (HandlerOptions(), HandlerOptions())
        isPrivate.ingressPrivate = true
        isPublic.ingressPrivate = false
        let open = Handler(name: "h", type: .plain, options: isPublic)
        #expect(
            refusal(.service, open, service: isPrivate) == .publicHandlerInPrivateService(service: "A", handler: "h")
        )
        #expect(refusal(.service, Handler(name: "h", type: .plain), service: isPrivate) == nil)
        #expect(refusal(.service, Handler(name: "h", type: .plain, options: isPrivate), service: isPublic) == nil)
    }

    @Test(arguments: [
        ("application/json", true), ("text/*", true), ("*/*", true), ("*/json", false), ("json", false),
        ("a/b/c", false), ("", false), ("/", false), ("a/", false), ("a/b\n", false), ("text/é", false),
    ])
    func inputContentTypeMustBeMatchable(text: String, isTaken: Bool) {
        let input = InputRules(contentType: ContentTypePattern(text: text))
        #expect((refusal(.service, Handler(name: "h", type: .plain, input: input)) == nil) == isTaken)
    }

    @Test(arguments: [("application/json", true), ("anything goes", true), ("a\nb", false), ("é", false)])
    func outputContentTypeMustBeSendable(text: String, isTaken: Bool) {
        let output = OutputRules(contentType: text)
        #expect((refusal(.service, Handler(name: "h", type: .plain, output: output)) == nil) == isTaken)
    }
}
