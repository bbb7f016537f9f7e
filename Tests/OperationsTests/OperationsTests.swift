import DurableModel
import Engine
import Operations
import Registry
import Testing

@Suite struct DeploymentOperationsTests {
    @Test(arguments: ["", "nonsense", "ftp://host:1", "http://", "unix:run/x.sock", "http://user:secret@host/"])
    func anAddressThatIsNoneIsRefusedBeforeAnythingIsAsked(uri: String) throws {
        let fixture = try OperationsFixture()
        let outcome = try fixture.outcome {
            fixture.operations.register(DeploymentRegistration(uri: uri), by: fixture.actor, then: $0)
        }
        guard case .failure(let error) = outcome, case .badAddress = error else {
            Issue.record("registering '\(uri)' came to \(String(describing: outcome))")
            return
        }
        #expect(!error.sentence.isEmpty)
        #expect(!error.sentence.contains("secret"))
    }

    @Test func aHeaderThatNoRequestMayCarryIsRefused() throws {
        let fixture = try OperationsFixture()
        let registration = DeploymentRegistration(
            uri: "http://127.0.0.1:1",
            additionalHeaders: ["bad name": "x"]
        )
        let outcome = try fixture.outcome {
            fixture.operations.register(registration, by: fixture.actor, then: $0)
        }
        guard case .failure(.badHeader) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
    }

    @Test func aKnownAddressIsNotAskedAgain() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        let outcome = try fixture.outcome {
            fixture.operations.register(
                DeploymentRegistration(uri: "http://127.0.0.1:1"),
                by: fixture.actor,
                then: $0
            )
        }
        let registration = try #require(try outcome?.get())
        #expect(registration.outcome == .unchanged)
        #expect(registration.deployment.id == id)
    }

    @Test func anEndpointThatIsNotThereChangesNothing() throws {
        let fixture = try OperationsFixture()
        let outcome = try fixture.outcome {
            fixture.operations.register(
                DeploymentRegistration(uri: "http://127.0.0.1:1"),
                by: fixture.actor,
                then: $0
            )
        }
        guard case .failure(.discovery(let error)) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
        #expect(error.code == "META0003")
        #expect(fixture.runtime.catalog == Catalog())
    }

    @Test func aServingDeploymentIsNotRemovedWithoutForce() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        let outcome = try fixture.outcome {
            fixture.operations.removeDeployment(id.description, force: false, by: fixture.actor, then: $0)
        }
        guard case .failure(.notDrained(id, let state, let blockers)) = outcome else {
            Issue.record("came to \(String(describing: outcome))")
            return
        }
        #expect(state.serving == ["Greeter"] && blockers.isEmpty)
        #expect(fixture.runtime.catalog.deployment(id) != nil)
    }

    @Test func forceRemovesWhatServes() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let fixture = try OperationsFixture(catalog: catalog)
        let outcome = try fixture.outcome {
            fixture.operations.removeDeployment(id.description, force: true, by: fixture.actor, then: $0)
        }
        #expect(try outcome?.get().deployment.id == id)
        #expect(fixture.runtime.catalog.deployment(id) == nil)
    }

    @Test(arguments: ["", "dp_", "nonsense", "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz"])
    func whatIsNoDeploymentIDIsNamedInTheRefusal(text: String) throws {
        let fixture = try OperationsFixture()
        #expect(throws: OperationError.badDeploymentID(text)) { try fixture.operations.deployment(text) }
    }
}

@Suite struct ServiceOperationsTests {
    @Test func theLatestRevisionOfAServiceIsDescribed() throws {
        let (catalog, id) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let operations = try OperationsFixture(catalog: catalog).operations
        #expect(operations.services(after: nil, limit: 10).map(\.service.name) == ["Greeter"])
        #expect(try operations.service("Greeter").deployment == id)
        #expect(try operations.handler("run", of: "Greeter").handler.type == .plain)
    }

    @Test func anUnknownServiceOrHandlerIsNamed() throws {
        let (catalog, _) = try OperationsFixture.catalog(uri: "http://127.0.0.1:1/", service: "Greeter")
        let operations = try OperationsFixture(catalog: catalog).operations
        #expect(throws: OperationError.serviceNotFound("Nope")) { try operations.service("Nope") }
        #expect(throws: OperationError.handlerNotFound(service: "Greeter", handler: "nope")) {
            try operations.handler("nope", of: "Greeter")
        }
    }

    @Test func aQuoteThatAMarkFollowsIsDoubledInALiteral() {
        let text = "x'\u{301} OR '"
        #expect(Array(Operations.quoted(text).utf8) == Array("'x''\u{301} OR '''".utf8))
    }
}
