import DurableModel
import Registry
import Testing

@Suite struct RoutingTests {
    private func threeVersions() throws -> Catalog {
        try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A", handlers: ["run", "old"])]),
            Fixture.discovered("h:2", [Fixture.service("A", handlers: ["run", "old", "middle"])]),
            Fixture.discovered("h:3", [Fixture.service("A", handlers: ["run"])]),
        ])
    }

    @Test func newInvocationsGoToTheLatestRevision() throws {
        let catalog = try threeVersions()
        let route = try catalog.resolve(service: "A", handler: "run")
        #expect(route.deployment == Fixture.id(3))
        #expect(route.revision == 3)
        #expect(throws: RoutingError.unknownHandler(service: "A", handler: "old")) {
            try catalog.resolve(service: "A", handler: "old")
        }
        #expect(throws: RoutingError.unknownService("B")) { try catalog.resolve(service: "B", handler: "run") }
    }

    @Test(arguments: [("run", 3), ("old", 2), ("middle", 2)])
    func acceptedWorkStartsOnTheLatestThatHasItsHandler(handler: String, number: UInt64) throws {
        let route = try threeVersions().resolveForStart(service: "A", handler: handler)
        #expect(route.deployment == Fixture.id(number))
    }

    @Test func acceptedWorkForNobodyIsRefused() throws {
        let catalog = try threeVersions()
        #expect(throws: RoutingError.unknownHandler(service: "A", handler: "never")) {
            try catalog.resolveForStart(service: "A", handler: "never")
        }
        #expect(throws: RoutingError.unknownService("B")) {
            try catalog.resolveForStart(service: "B", handler: "run")
        }
    }

    @Test func optionsFallThroughFromHandlerToServiceToSettings() throws {
        var (ofHandler, ofService) = (HandlerOptions(), HandlerOptions())
        ofHandler.inactivityTimeout = .seconds(1)
        ofService.inactivityTimeout = .seconds(2)
        ofService.abortTimeout = .seconds(3)
        let service = Service(
            name: "A",
            type: .service,
            handlers: [Handler(name: "run", type: .plain, options: ofHandler)],
            options: ofService
        )
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [service]), Fixture.discovered("h:2", [Fixture.service("A")]),
        ])
        func options(_ number: UInt64, _ handler: String) -> EffectiveOptions {
            catalog.effectiveOptions(on: Fixture.id(number), service: "A", handler: handler, settings: Settings())
        }
        #expect(options(1, "run").inactivityTimeout == .seconds(1))
        #expect(options(1, "run").abortTimeout == .seconds(3))
        #expect(options(1, "run").journalRetention == Settings().journalRetention)
        #expect(options(1, "gone").inactivityTimeout == .seconds(2))
        for options in [options(2, "run"), options(9, "run")] {
            #expect(options.inactivityTimeout == Settings().inactivityTimeout)
        }
        let latest = try catalog.resolve(service: "A", handler: "run")
        #expect(latest.effectiveOptions(Settings()) == options(2, "run"))
    }

    @Test(arguments: [
        (5...7, 7, 7), (5...6, 7, 6), (5...7, 6, 6), (5...7, 5, 5), (5...9, 7, 7), (1...5, 7, 5), (6...7, 5, nil),
    ])
    func highestVersionBothKnowIsChosen(offered: ClosedRange<Int>, cap: Int, chosen: Int?) throws {
        var settings = Settings()
        settings.protocolVersionMax = cap
        let deployment = Deployment(
            id: Fixture.id(1),
            address: Fixture.address("h:1"),
            mode: .bidiStream,
            httpVersion: .http2,
            createdAt: Timestamp(milliseconds: 1),
            protocolVersions: offered,
            services: []
        )
        #expect(deployment.protocolVersion(for: settings) == chosen)
    }
}
