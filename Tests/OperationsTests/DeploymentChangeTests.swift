import DurableModel
import Engine
import Operations
import Registry
import Runtime
import Testing

@Suite struct DeploymentChangeTests {
    private static let uri = "http://127.0.0.1:1/"

    private func updated(
        _ fixture: OperationsFixture,
        _ id: String,
        _ change: DeploymentChange
    ) throws -> Result<Update, OperationError>? {
        try fixture.outcome { fixture.operations.update(id, change, by: fixture.actor, then: $0) }
    }

    @Test func aChangeThatAsksForNothingAsksNobody() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: Self.uri, service: "Greeter")
        let nothing = [
            DeploymentChange(), DeploymentChange(overwrite: true), DeploymentChange(useHTTP11: true),
            DeploymentChange(dryRun: true),
        ]
        for change in nothing {
            let fixture = try OperationsFixture(catalog: catalog)
            let update = try #require(try updated(fixture, id.description, change)?.get())
            #expect(update.deployment == catalog.deployment(id))
            #expect(fixture.runtime.catalog == catalog)
        }
    }

    @Test func metadataChangeWithoutTheEndpoint() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: Self.uri, service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        let change = DeploymentChange(metadata: ["team": "a"])
        #expect(try updated(fixture, id.description, change)?.get().deployment.metadata == ["team": "a"])
        #expect(fixture.runtime.catalog.deployment(id)?.metadata == ["team": "a"])
    }

    @Test func whatNeedsTheEndpointFailsWithoutItAndChangesNothing() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: Self.uri, service: "Greeter")
        let asking = [
            DeploymentChange(uri: "http://127.0.0.1:1/x"), DeploymentChange(additionalHeaders: ["x-a": "1"]),
            DeploymentChange(asksAgain: true),
        ]
        for change in asking {
            let fixture = try OperationsFixture(catalog: catalog)
            guard case .failure(.discovery(let error)) = try updated(fixture, id.description, change) else {
                Issue.record("\(change) passed")
                continue
            }
            #expect(error.code == "META0003")
            #expect(fixture.runtime.catalog == catalog)
        }
    }

    @Test func badInputIsRefusedBeforeAnythingIsAsked() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: Self.uri, service: "Greeter")
        let unknown = "dp_15VqmTOnXH3Vv2pl5HOG7UB"
        let cases: [(String, DeploymentChange, (OperationError) -> Bool)] = [
            ("nonsense", DeploymentChange(), { $0 == .badDeploymentID("nonsense") }),
            (
                unknown, DeploymentChange(),
                { if case .refused(.registry(.unknownDeployment)) = $0 { true } else { false } }
            ),
            (id.description, DeploymentChange(uri: "/x"), { if case .badAddress = $0 { true } else { false } }),
            (
                id.description, DeploymentChange(additionalHeaders: ["bad name": "x"]),
                { if case .badHeader = $0 { true } else { false } }
            ),
        ]
        for (id, change, isExpected) in cases {
            let fixture = try OperationsFixture(catalog: catalog)
            guard case .failure(let error) = try updated(fixture, id, change) else {
                Issue.record("\(id) \(change) passed")
                continue
            }
            #expect(isExpected(error), "\(error)")
            #expect(!error.sentence.isEmpty)
        }
    }

    @Test func pruningTakesWhatIsDrainedAndADryRunOnlyNamesIt() throws {
        let (catalog, old, latest) = try OperationsFixture.twoVersions()
        let dryRun = try OperationsFixture(catalog: catalog)
        let named = try dryRun.outcome {
            dryRun.operations.prune(olderThan: nil, dryRun: true, by: dryRun.actor, then: $0)
        }
        #expect(try named?.get().deployments.map(\.id) == [old])
        #expect(dryRun.runtime.catalog == catalog)
        let fixture = try OperationsFixture(catalog: catalog)
        let pruned = try fixture.outcome {
            fixture.operations.prune(olderThan: .seconds(60), dryRun: false, by: fixture.actor, then: $0)
        }
        #expect(try pruned?.get().deployments.map(\.id) == [old])
        #expect(fixture.runtime.catalog.deployments.map(\.id) == [latest])
    }

    @Test func whatIsYoungerIsNotPruned() throws {
        let (catalog, _, _) = try OperationsFixture.twoVersions()
        let fixture = try OperationsFixture(catalog: catalog)
        let pruned = try fixture.outcome {
            fixture.operations.prune(olderThan: .hours(1_000_000), dryRun: false, by: fixture.actor, then: $0)
        }
        #expect(try pruned?.get().deployments.isEmpty == true)
    }

    @Test func progressTellsWhatServesAndThatNothingIsLeft() throws {
        let (catalog, old, latest) = try OperationsFixture.twoVersions()
        let operations = try OperationsFixture(catalog: catalog).operations
        let drained = try operations.drainProgress(old.description)
        #expect(drained.status == .drained && drained.serving.isEmpty && drained.total == 0 && drained.work.isEmpty)
        #expect(try operations.drainProgress(latest.description).status == .active)
        #expect(throws: OperationError.badDeploymentID("x")) { try operations.drainProgress("x") }
    }

    @Test func nothingBlocksWhatOnlyServes() throws {
        let (catalog, _, latest) = try OperationsFixture.twoVersions()
        let fixture = try OperationsFixture(catalog: catalog)
        let found = try fixture.outcome { fixture.operations.blockers(of: latest.description, limit: 20, then: $0) }
        #expect(try found?.get() == [])
    }
}

@Suite struct ServiceChangeTests {
    @Test func configuringChangesTheLatestRevisionInPlace() throws {
        let (catalog, _) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        var configuration = ServiceConfiguration()
        configuration.isPublic = false
        let outcome = try fixture.outcome {
            fixture.operations.configure("Greeter", configuration, by: fixture.actor, then: $0)
        }
        let revision = try #require(try outcome?.get())
        #expect(revision.service.options.ingressPrivate == true && revision.isEdited)
        #expect(fixture.runtime.catalog.service(named: "Greeter")?.latest.isEdited == true)
    }

    @Test func anUnknownServiceIsNamed() throws {
        let fixture = try OperationsFixture()
        let outcome = try fixture.outcome {
            fixture.operations.configure("Nope", ServiceConfiguration(), by: fixture.actor, then: $0)
        }
        guard case .failure(.serviceNotFound("Nope")) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
    }

    @Test func theStatusOfAServiceHasItsHandlersThoughNoQueryRuns() throws {
        let (catalog, _) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        let outcome = try fixture.outcome { fixture.operations.serviceStatus("Greeter", then: $0) }
        let views = try #require(try outcome?.get())
        #expect(views.map(\.service) == ["Greeter"])
        #expect(views.first?.handlers.map(\.handler) == ["run"])
        #expect(views.first?.handlers.first?.counts == [:])
    }
}
