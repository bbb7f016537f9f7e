import DurableModel
import Registry
import Testing

@Suite struct ServiceDifferenceTests {
    private func differences(
        from before: [Service],
        to after: [Service],
        force: Bool = false
    ) throws -> [ServiceDifference] {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", before)])
        return try catalog.registering(
            Fixture.discovered(force ? "h:1" : "h:2", after),
            RegisterOptions(force: force, breaking: true, dryRun: true),
            id: 2
        ).differences
    }

    @Test func sameServiceDoesNotDiffer() throws {
        let found = try differences(from: [Fixture.service("A")], to: [Fixture.service("A")])
        #expect(found.map(\.isEmpty) == [true])
    }

    @Test func newServiceHasNoBefore() throws {
        let found = try differences(from: [], to: [Fixture.service("A", handlers: ["x", "y"])])
        #expect(found.map(\.service) == ["A"])
        #expect(found.first?.before == nil)
        #expect(found.first?.handlersAdded == ["x", "y"])
        #expect(found.first?.isEmpty == false)
    }

    @Test func serviceLeavingAReplacedDeploymentHasNoAfter() throws {
        let found = try differences(from: [Fixture.service("A"), Fixture.service("B")], to: [], force: true)
        #expect(found.map(\.service) == ["A", "B"])
        #expect(found.allSatisfy { $0.after == nil && $0.handlersRemoved == ["run"] })
    }

    @Test func serviceThatStaysElsewhereIsNotNamed() throws {
        #expect(try differences(from: [Fixture.service("A")], to: []).isEmpty)
    }

    @Test func everyAspectOfAHandlerIsSeen() throws {
        let changes: [(ServiceDifference.Aspect, (inout Handler) -> Void)] = [
            (.type, { $0.type = .shared }),
            (.visibility, { $0.options.ingressPrivate = true }),
            (.timeouts, { $0.options.abortTimeout = .seconds(1) }),
            (.timeouts, { $0.options.inactivityTimeout = .seconds(1) }),
            (.retention, { $0.options.journalRetention = .seconds(1) }),
            (.retention, { $0.options.idempotencyRetention = .seconds(1) }),
            (.retryPolicy, { $0.options.retryPolicy.attemptsMax = 3 }),
            (.lazyState, { $0.options.enableLazyState = true }),
            (.input, { $0.input.mustNotBeEmpty = true }),
            (.output, { $0.output.contentType = nil }),
            (.documentation, { $0.documentation = "text" }),
            (.metadata, { $0.metadata = ["a": "b"] }),
        ]
        for (aspect, change) in changes {
            let before = Fixture.service("A", .virtualObject)
            var after = before
            change(&after.handlers[0])
            let found = try differences(from: [before], to: [after])
            #expect(found.first?.handlersChanged == [.init(handler: "run", aspects: [aspect])], "\(aspect)")
            #expect(found.first?.aspects == [])
        }
    }

    @Test func everyAspectOfAServiceIsSeen() throws {
        var after = Fixture.service("A", .virtualObject)
        after.options.workflowCompletionRetention = .seconds(1)
        after.options.ingressPrivate = true
        after.documentation = "text"
        after.metadata = ["a": "b"]
        let found = try differences(from: [Fixture.service("A")], to: [after])
        #expect(found.first?.aspects == [.type, .visibility, .retention, .documentation, .metadata])
        #expect(found.first?.handlersChanged == [.init(handler: "run", aspects: [.type])])
    }
}
