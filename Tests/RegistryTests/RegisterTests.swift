import DurableModel
import Registry
import Testing

@Suite struct RegisterTests {
    @Test func newAddressMakesDeploymentAndFirstRevisions() throws {
        let registration = try Catalog().registering(
            Fixture.discovered("h:1", [Fixture.service("B"), Fixture.service("A")]),
            id: 7
        )
        #expect(registration.outcome == .created)
        #expect(registration.deployment.id == Fixture.id(7))
        #expect(registration.deployment.createdAt == Timestamp(milliseconds: 7))
        #expect(registration.deployment.services.map(\.service.name) == ["A", "B"])
        #expect(registration.deployment.services.map(\.revision) == [1, 1])
        #expect(
            registration.changes == [
                .deploymentAdded(registration.deployment),
                .revisionCounted(service: "A", highest: 1),
                .revisionCounted(service: "B", highest: 1),
                .recorded(
                    CatalogHistoryRecord(
                        at: Timestamp(milliseconds: 7),
                        deployment: Fixture.id(7),
                        act: .registered,
                        forced: false,
                        actor: "test",
                        before: nil,
                        after: registration.deployment
                    )
                ),
            ]
        )
    }

    @Test func knownAddressChangesNothing() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [Fixture.service("A")])])
        let again = try catalog.registering(
            Fixture.discovered("h:1", [Fixture.service("A", .virtualObject, handlers: ["other"])]),
            RegisterOptions(breaking: true),
            id: 2
        )
        #expect(again.outcome == .unchanged)
        #expect(again.deployment.id == Fixture.id(1))
        #expect(again.catalog == catalog)
        #expect(again.changes.isEmpty)
    }

    @Test(arguments: [
        ("h:1", "", true), ("h:1", "/", true), ("h:1", "/x", false), ("h:1", "//", false), ("h:2", "/", false),
        ("H:1", "/", false), ("h", "/", false),
    ])
    func authorityAndPathAsWrittenNameADeployment(authority: String, path: String, isSame: Bool) throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", path: "/", [Fixture.service("A")])])
        #expect((catalog.existing(for: Fixture.address(authority, path: path)) != nil) == isSame)
        let registration = try catalog.registering(
            Fixture.discovered(authority, path: path, [Fixture.service("A")]),
            id: 2
        )
        #expect(registration.outcome == (isSame ? .unchanged : .created))
    }

    @Test func schemeAndQueryDoNotNameADeployment() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", path: "/x", [])])
        #expect(catalog.existing(for: Fixture.address("h:1", path: "/x", query: "a=1", scheme: "https")) != nil)
    }

    @Test func trailingSlashMakesTwoDeployments() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", path: "/x", [])])
        #expect(catalog.existing(for: Fixture.address("h:1", path: "/x/")) == nil)
    }

    @Test func forceReplacesInPlaceWithNewRevisions() throws {
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A"), Fixture.service("Gone")]),
            Fixture.discovered("h:2", [Fixture.service("A")]),
        ])
        let forced = try catalog.registering(
            Fixture.discovered("h:1", [Fixture.service("A", .virtualObject, handlers: ["other"])]),
            RegisterOptions(force: true),
            id: 3
        )
        #expect(forced.outcome == .overwritten)
        #expect(forced.deployment.id == Fixture.id(1))
        #expect(forced.deployment.createdAt == Timestamp(milliseconds: 3))
        #expect(forced.deployment.services.map(\.revision) == [3])
        #expect(forced.catalog.service(named: "Gone") == nil)
        #expect(forced.catalog.service(named: "A")?.latest.deployment == Fixture.id(1))
        #expect(forced.catalog.service(named: "A")?.revisions.map(\.revision) == [3, 2])
        #expect(forced.changes.first == .deploymentReplaced(forced.deployment))
        guard case .recorded(let record)? = forced.changes.last else { Issue.record("no history"); return }
        #expect(record.act == .overwritten)
        #expect(record.forced)
        #expect(record.before == catalog.deployment(Fixture.id(1)))
    }

    @Test func forceOnANewAddressCreates() throws {
        let registration = try Catalog().registering(
            Fixture.discovered("h:1", [Fixture.service("A")]),
            RegisterOptions(force: true),
            id: 1
        )
        #expect(registration.outcome == .created)
    }

    @Test func serviceMissingInForcedRegistrationFallsBack() throws {
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A")]), Fixture.discovered("h:2", [Fixture.service("A")]),
        ])
        let forced = try catalog.registering(Fixture.discovered("h:2", []), RegisterOptions(force: true), id: 3)
        #expect(forced.catalog.service(named: "A")?.latest.deployment == Fixture.id(1))
    }

    @Test func vanishedServiceGoesOnCounting() throws {
        var catalog = try Catalog.holding([Fixture.discovered("h:1", [Fixture.service("A")])])
        catalog = try catalog.registering(Fixture.discovered("h:1", []), RegisterOptions(force: true), id: 2).catalog
        #expect(catalog.service(named: "A") == nil)
        let back = try catalog.registering(Fixture.discovered("h:2", [Fixture.service("A")]), id: 3)
        #expect(back.deployment.services.map(\.revision) == [2])
    }

    @Test func olderDeploymentBecomesLatestAgainOnlyByForce() throws {
        let first = Fixture.discovered("h:1", [Fixture.service("A")])
        let catalog = try Catalog.holding([first, Fixture.discovered("h:2", [Fixture.service("A")])])
        let plain = try catalog.registering(first, id: 3)
        #expect(plain.catalog.service(named: "A")?.latest.deployment == Fixture.id(2))
        let forced = try catalog.registering(first, RegisterOptions(force: true), id: 3)
        #expect(forced.catalog.service(named: "A")?.latest.deployment == Fixture.id(1))
    }

    @Test func dryRunAnswersAndChangesNothing() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [Fixture.service("A")])])
        let created = try catalog.registering(
            Fixture.discovered("h:2", [Fixture.service("A")]),
            RegisterOptions(dryRun: true),
            id: 2
        )
        #expect(created.outcome == .created)
        #expect(created.deployment.services.map(\.revision) == [2])
        #expect(created.changes.isEmpty)
        #expect(created.catalog == catalog)
        let overwritten = try catalog.registering(
            Fixture.discovered("h:1", []),
            RegisterOptions(force: true, dryRun: true),
            id: 2
        )
        #expect(overwritten.outcome == .overwritten)
        #expect(overwritten.catalog == catalog)
    }

    @Test func dryRunIsRefusedLikeTheRealOne() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [Fixture.service("A")])])
        #expect(throws: RegistryError.serviceTypeChanged(service: "A", from: .service, to: .workflow)) {
            try catalog.registering(
                Fixture.discovered("h:2", [Fixture.service("A", .workflow)]),
                RegisterOptions(dryRun: true),
                id: 2
            )
        }
    }

    @Test(arguments: [
        RegisterOptions(), RegisterOptions(breaking: true), RegisterOptions(force: true),
    ])
    func typeChangeNeedsBreakingOrForce(options: RegisterOptions) throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [Fixture.service("A")])])
        let discovered = Fixture.discovered("h:2", [Fixture.service("A", .virtualObject)])
        let refusal = RegistryError.serviceTypeChanged(service: "A", from: .service, to: .virtualObject)
        if options == RegisterOptions() {
            #expect(throws: refusal) { try catalog.registering(discovered, options, id: 2) }
            #expect(refusal.code == "META0006")
            #expect(refusal.httpStatus == 409)
        } else {
            let registration = try catalog.registering(discovered, options, id: 2)
            #expect(registration.catalog.service(named: "A")?.type == .virtualObject)
        }
    }

    @Test(arguments: [
        RegisterOptions(), RegisterOptions(breaking: true), RegisterOptions(force: true),
    ])
    func removedHandlerNeedsBreakingOrForce(options: RegisterOptions) throws {
        let before = Fixture.service("A", handlers: ["a", "b", "c"])
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [before])])
        let discovered = Fixture.discovered("h:2", [Fixture.service("A", handlers: ["b", "new"])])
        let refusal = RegistryError.handlersRemoved(service: "A", handlers: ["a", "c"])
        if options == RegisterOptions() {
            #expect(throws: refusal) { try catalog.registering(discovered, options, id: 2) }
            #expect(refusal.code == nil)
            #expect(refusal.httpStatus == 409)
        } else {
            #expect(try catalog.registering(discovered, options, id: 2).outcome == .created)
        }
    }

    @Test func breakingIsJudgedAgainstTheLatestRevisionOnly() throws {
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A", handlers: ["a", "old"])]),
            Fixture.discovered("h:2", [Fixture.service("A", handlers: ["a"])]),
        ])
        let discovered = Fixture.discovered("h:3", [Fixture.service("A", handlers: ["a"])])
        #expect(try catalog.registering(discovered, id: 3).outcome == .created)
    }

    @Test(arguments: ["restate", "RESTATEful", "restateX", "openapi", "OpenAPI"])
    func reservedNameIsRefusedEvenWithForce(name: String) {
        #expect(throws: RegistryError.reservedServiceName(name)) {
            try Catalog().registering(
                Fixture.discovered("h:1", [Fixture.service(name)]),
                RegisterOptions(force: true),
                id: 1
            )
        }
        #expect(RegistryError.reservedServiceName(name).code == "META0005")
        #expect(RegistryError.reservedServiceName(name).httpStatus == 400)
    }

    @Test(arguments: ["openapis", "my.restate", "Rest"])
    func nameThatOnlyResemblesAReservedOneIsTaken(name: String) throws {
        #expect(
            try Catalog().registering(Fixture.discovered("h:1", [Fixture.service(name)]), id: 1).outcome == .created
        )
    }

    @Test func lastOfARepeatedNameCounts() throws {
        let registration = try Catalog().registering(
            Fixture.discovered(
                "h:1",
                [Fixture.service("A", handlers: ["x"]), Fixture.service("A", .virtualObject, handlers: ["y", "y"])]
            ),
            id: 1
        )
        #expect(registration.deployment.services.map(\.service.type) == [.virtualObject])
        #expect(registration.deployment.services.first?.service.handlers.map(\.name) == ["y"])
        #expect(registration.deployment.services.map(\.revision) == [1])
    }

    @Test(arguments: [(1...3, 7), (8...9, 7), (7...7, 6)])
    func rangesThatDoNotOverlapAreRefused(offered: ClosedRange<Int>, cap: Int) {
        var settings = Settings()
        settings.protocolVersionMax = cap
        #expect(throws: RegistryError.unsupportedProtocolVersions(offered: offered, supported: 5...cap)) {
            try Catalog().registering(
                Fixture.discovered("h:1", protocolVersions: offered, []),
                id: 1,
                settings: settings
            )
        }
    }

    @Test func knownAddressIsFoundBeforeAnyCheck() throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [])])
        let registration = try catalog.registering(
            Fixture.discovered("h:1", protocolVersions: 1...1, [Fixture.service("openapi")]),
            id: 2
        )
        #expect(registration.outcome == .unchanged)
    }
}
