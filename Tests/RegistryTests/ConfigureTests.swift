import DurableModel
import Registry
import Testing

@Suite struct ConfigureTests {
    private func configuration(_ set: (inout ServiceConfiguration) -> Void) -> ServiceConfiguration {
        var configuration = ServiceConfiguration()
        set(&configuration)
        return configuration
    }

    private func twoVersions(_ type: ServiceType = .service) throws -> Catalog {
        try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A", type)]),
            Fixture.discovered("h:2", [Fixture.service("A", type), Fixture.service("B")]),
        ])
    }

    @Test func eachOptionIsSetAloneOnTheLatestRevision() throws {
        let interval = Interval(milliseconds: 4_200)
        let cases: [((inout ServiceConfiguration) -> Void, (inout HandlerOptions) -> Void)] = [
            ({ $0.isPublic = false }, { $0.ingressPrivate = true }),
            ({ $0.inactivityTimeout = interval }, { $0.inactivityTimeout = interval }),
            ({ $0.abortTimeout = interval }, { $0.abortTimeout = interval }),
            ({ $0.journalRetention = interval }, { $0.journalRetention = interval }),
            ({ $0.idempotencyRetention = interval }, { $0.idempotencyRetention = interval }),
            ({ $0.workflowCompletionRetention = interval }, { $0.workflowCompletionRetention = interval }),
            ({ $0.retryPolicy.attemptsMax = 3 }, { $0.retryPolicy.attemptsMax = 3 }),
            ({ $0.retryPolicy.onMaxAttempts = .kill }, { $0.retryPolicy.onMaxAttempts = .kill }),
        ]
        for (set, expect) in cases {
            let catalog = try twoVersions(.workflow)
            let result = try catalog.configure("A", configuration(set), act: Fixture.act())
            var options = HandlerOptions()
            expect(&options)
            #expect(result.revision.service.options == options)
            #expect(result.revision.isEdited)
            #expect(result.revision.revision == 2)
            let latest = try #require(result.catalog.service(named: "A")?.latest)
            #expect(latest.service.options == options && latest.isEdited && latest.revision == 2)
            #expect(result.catalog.deployment(Fixture.id(1)) == catalog.deployment(Fixture.id(1)))
            #expect(result.catalog.service(named: "B")?.latest.isEdited == false)
            guard case .recorded(let record)? = result.changes.last else { Issue.record("no history"); return }
            #expect(record.act == .configured && record.deployment == Fixture.id(2))
        }
    }

    @Test func anUnknownServiceIsRefused() throws {
        #expect(throws: RegistryError.unknownService("Nope")) {
            try twoVersions().configure("Nope", ServiceConfiguration(), act: Fixture.act())
        }
    }

    @Test(arguments: [ServiceType.service, .virtualObject])
    func onlyWorkflowsKeepTheirCompletions(type: ServiceType) throws {
        let configuration = configuration { $0.workflowCompletionRetention = .seconds(1) }
        let error = #expect(throws: RegistryError.self) {
            try twoVersions(type).configure("A", configuration, act: Fixture.act())
        }
        #expect(error?.httpStatus == 400)
        let name = type == .service ? "Service" : "VirtualObject"
        #expect(error?.description == "modifying retention time for service type \(name) is unsupported")
    }

    @Test func settingNothingOrTheSameIsNoEdit() throws {
        let catalog = try twoVersions()
        let empty = try catalog.configure("A", ServiceConfiguration(), act: Fixture.act())
        #expect(empty.changes.isEmpty && empty.catalog == catalog && !empty.revision.isEdited)
        let hide = configuration { $0.isPublic = false }
        let once = try catalog.configure("A", hide, act: Fixture.act()).catalog
        #expect(try once.configure("A", hide, act: Fixture.act()).changes.isEmpty)
    }

    @Test func hidingAServiceHidesEveryHandlerAndShowingItKeepsPrivateOnes() throws {
        var service = Fixture.service("A", handlers: ["open", "hidden", "plain"])
        service.handlers[0].options.ingressPrivate = false
        service.handlers[1].options.ingressPrivate = true
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [service])])
        func visible(_ catalog: Catalog) throws -> [Bool] {
            try ["open", "hidden", "plain"].map { try catalog.resolve(service: "A", handler: $0).isPublic }
        }
        #expect(try visible(catalog) == [true, false, true])
        let hidden = try catalog.configure("A", configuration { $0.isPublic = false }, act: Fixture.act()).catalog
        #expect(try visible(hidden) == [false, false, false])
        let shown = try hidden.configure("A", configuration { $0.isPublic = true }, act: Fixture.act()).catalog
        #expect(try visible(shown) == [true, false, true])
    }

    @Test func aServiceThatItsCodeMakesPrivateMayBecomeSoAgain() throws {
        var hidden = Fixture.service("A")
        hidden.options.ingressPrivate = true
        let shown = try Catalog.holding([Fixture.discovered("h:1", [hidden])])
            .configure("A", configuration { $0.isPublic = true }, act: Fixture.act()).catalog
        for catalog in [shown, try Catalog(rebuiltFrom: shown.deployments, revisionCounters: ["A": 1])] {
            let registration = try catalog.registering(Fixture.discovered("h:2", [hidden]), id: 2)
            #expect(registration.differences.flatMap(\.breaking).isEmpty)
            #expect(registration.warnings == [.configurationLost(service: "A", [.visibility], isPrivate: true)])
            #expect(registration.warnings.first?.description.contains("visibility (private now)") == true)
        }
        // Edited again it is still its code that counts.
        let twice = try shown.configure("A", configuration { $0.abortTimeout = .seconds(1) }, act: Fixture.act())
        #expect(twice.revision.edit == .privateByItsCode)
    }

    @Test func aServiceThatItsCodeMakesPrivateNowBreaksItsCallers() throws {
        let catalog = try twoVersions()
            .configure("A", configuration { $0.abortTimeout = .seconds(1) }, act: Fixture.act()).catalog
        var hidden = Fixture.service("A")
        hidden.options.ingressPrivate = true
        #expect(throws: RegistryError.breaking([.madePrivate("A", handler: nil)])) {
            try catalog.registering(Fixture.discovered("h:3", [hidden]), id: 3)
        }
    }

    @Test func editsLastUntilTheNextRevisionWhichSaysSo() throws {
        let edit = configuration {
            $0.inactivityTimeout = .seconds(9)
            $0.retryPolicy.attemptsMax = 3
        }
        let catalog = try twoVersions().configure("A", edit, act: Fixture.act()).catalog
        let registration = try catalog.registering(Fixture.discovered("h:3", [Fixture.service("A")]), id: 3)
        #expect(
            registration.warnings == [.configurationLost(service: "A", [.timeouts, .retryPolicy], isPrivate: false)]
        )
        let latest = try #require(registration.catalog.service(named: "A")?.latest)
        #expect(!latest.isEdited && latest.service.options == HandlerOptions())
        // A removal of the new revision brings the edited one back, edits and all.
        let back = try registration.catalog.remove(
            Fixture.id(3),
            force: true,
            work: UnfinishedCounts(),
            act: Fixture.act()
        ).catalog
        #expect(back.service(named: "A")?.latest.service.options.inactivityTimeout == .seconds(9))
    }

    @Test func aNewRevisionThatSaysTheSameLosesNothing() throws {
        let edit = configuration { $0.inactivityTimeout = .seconds(9) }
        let catalog = try twoVersions().configure("A", edit, act: Fixture.act()).catalog
        var options = HandlerOptions()
        options.inactivityTimeout = .seconds(9)
        let same = Fixture.discovered("h:3", [Fixture.service("A", options: options)])
        #expect(try catalog.registering(same, id: 3).warnings.isEmpty)
    }

    @Test func attemptsOfThoseInFlightGetTheNewOptions() throws {
        let edit = configuration { $0.abortTimeout = .seconds(9) }
        let catalog = try twoVersions().configure("A", edit, act: Fixture.act()).catalog
        func abortTimeout(_ id: UInt64) -> Interval {
            catalog.effectiveOptions(on: Fixture.id(id), service: "A", handler: "run", settings: Settings())
                .abortTimeout
        }
        #expect(abortTimeout(2) == .seconds(9))
        #expect(abortTimeout(1) != .seconds(9))
    }
}
