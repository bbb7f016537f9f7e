import DurableModel
import Engine
import Introspection
import Registry
import Testing

/// The trail of what operators did, from the acts of a catalog through the store to SQL.
@Suite struct DeploymentHistoryTests {
    private static let id = QueryWorld.deployment

    private static func discovered(_ authority: String, secret: String) -> DiscoveredDeployment {
        DiscoveredDeployment(
            address: DeploymentAddress(scheme: "http", authority: authority, pathAsWritten: "/", query: nil),
            mode: .bidiStream,
            httpVersion: .http2,
            additionalHeaders: [AdditionalHeader(name: "authorization", value: secret)],
            protocolVersions: 5...7,
            services: [Service(name: "Greeter", type: .service, handlers: [Handler(name: "greet", type: .plain)])]
        )
    }

    private static func act(_ number: Int64) -> OperatorAct {
        OperatorAct(at: Timestamp(milliseconds: 1_767_323_045_678 + number), actor: "uid \(number)")
    }

    /// Registered, updated, configured and removed.
    private func world() throws -> (QueryWorld, Catalog) {
        let world = try QueryWorld()
        var catalog = Catalog()
        var changes: [CatalogChange] = []
        let registration = try catalog.register(
            Self.discovered("h:1", secret: "hunter2"),
            options: RegisterOptions(),
            settings: Settings(),
            newID: Self.id,
            act: Self.act(1)
        )
        catalog = registration.catalog
        changes += registration.changes
        let update = try catalog.update(
            Self.id,
            DeploymentUpdate(
                discovered: Self.discovered("h:2", secret: ""),
                additionalHeaders: [AdditionalHeader(name: "authorization", value: "hunter3")]
            ),
            work: UnfinishedCounts(),
            act: Self.act(2)
        )
        catalog = update.catalog
        changes += update.changes
        var configuration = ServiceConfiguration()
        configuration.isPublic = false
        let configured = try catalog.configure("Greeter", configuration, act: Self.act(3))
        changes += configured.changes
        try world.commit { $0.catalog = changes }
        return (world, configured.catalog)
    }

    @Test func everyActIsThereWithWhoAndWhatBeforeAndAfter() throws {
        let (world, catalog) = try world()
        let removal = try catalog.remove(Self.id, force: true, work: UnfinishedCounts(), act: Self.act(4))
        try world.commit { $0.catalog = removal.changes }
        let rows = try world.query(
            "SELECT act, forced, actor, address_before, address_after, services FROM sys_deployment_history "
                + "WHERE deployment_id = '\(Self.id)' ORDER BY sequence"
        ).rows
        func services(_ before: String, _ after: String) -> QueryValue {
            .text(#"[{"service":"Greeter","before":\#(before),"after":\#(after)}]"#)
        }
        let first = QueryValue.text("http://h:1/")
        let second = QueryValue.text("http://h:2/")
        #expect(
            rows == [
                [.text("registered"), .integer(0), .text("uid 1"), .null, first, services("null", "1")],
                [.text("updated"), .integer(0), .text("uid 2"), first, second, services("1", "1")],
                [.text("configured"), .integer(0), .text("uid 3"), second, second, services("1", "1")],
                [.text("removed"), .integer(1), .text("uid 4"), second, .null, services("1", "null")],
            ]
        )
    }

    @Test func detailsTellThatAHeaderChangedAndNotWhatItIs() throws {
        let (world, _) = try world()
        let rows = try world.query(
            "SELECT details_before, details_after FROM sys_deployment_history WHERE act = 'updated'"
        ).rows
        guard case .text(let before)? = rows.first?[0], case .text(let after)? = rows.first?[1] else {
            Issue.record("came to \(rows)")
            return
        }
        #expect(before != after)
        for text in [before, after] {
            #expect(text.contains(#""headers":{"authorization":"sha256:"#))
            #expect(!text.contains("hunter"))
        }
    }

    @Test func detailsNameTheOptionsThatWereSet() throws {
        let (world, _) = try world()
        let rows = try world.query(
            "SELECT details_before, details_after FROM sys_deployment_history WHERE act = 'configured'"
        ).rows
        guard case .text(let before)? = rows.first?[0], case .text(let after)? = rows.first?[1] else {
            Issue.record("came to \(rows)")
            return
        }
        #expect(before.contains(#""services":{"Greeter":{}}"#))
        #expect(after.contains(#""services":{"Greeter":{"public":false}}"#))
    }

    @Test func editsSurviveARestart() throws {
        let (world, catalog) = try world()
        let stored = try world.store.catalog()
        #expect(stored == catalog)
        #expect(stored.service(named: "Greeter")?.latest.isEdited == true)
    }

    @Test func theTrailIsInNoListOfTables() throws {
        let world = try QueryWorld()
        #expect(
            try world.query(
                "SELECT table_name FROM information_schema.tables WHERE table_name = 'sys_deployment_history'"
            ).rows.isEmpty
        )
    }
}
