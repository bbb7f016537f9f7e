import DurableModel
import Registry
import Testing

/// The catalog against a model that keeps only ids, revisions and marks, through seeded sequences of all that operators do.
@Suite struct CatalogModelTests {
    /// What must be true, kept the simplest way there is.
    private struct Model {
        struct Revision: Equatable {
            var number: Int
            var isEdited = false
        }

        var revisions: [DeploymentID: [String: Revision]] = [:]
        var highest: [String: Int] = [:]
        var acts = 0

        mutating func number(_ service: String) -> Revision {
            highest[service, default: 0] += 1
            return Revision(number: highest[service, default: 0])
        }

        func latest(_ service: String) -> DeploymentID? {
            revisions.filter { $0.value[service] != nil }
                .max { ($0.value[service]?.number ?? 0) < ($1.value[service]?.number ?? 0) }?.key
        }
    }

    private static let names = ["A", "B", "C"]

    private var model = Model()
    private var catalog = Catalog()
    private var rows = CatalogRows()

    private static func services(_ random: inout Seeded) -> [Service] {
        names.filter { _ in Bool.random(using: &random) }.map {
            let handlers = ["a", "b"].filter { _ in Bool.random(using: &random) }
            return Fixture.service($0, handlers: handlers.isEmpty ? ["a"] : handlers)
        }
    }

    private static func isOneIn(_ count: Int, _ random: inout Seeded) -> Bool {
        Int.random(in: 0..<count, using: &random) == 0
    }

    private mutating func take(_ changes: [CatalogChange], _ catalog: Catalog) {
        rows.apply(changes)
        self.catalog = catalog
        if !changes.isEmpty { model.acts += 1 }
    }

    private mutating func register(_ step: UInt64, _ random: inout Seeded) throws {
        let discovered = Fixture.discovered("h:\(Int.random(in: 0..<6, using: &random))", Self.services(&random))
        let isForced = Bool.random(using: &random)
        let options = RegisterOptions(force: isForced, breaking: true, dryRun: Self.isOneIn(5, &random))
        let registration = try catalog.registering(discovered, options, id: step)
        if options.dryRun { #expect(registration.changes.isEmpty && registration.catalog == catalog) }
        if !registration.changes.isEmpty {
            var revisions: [String: Model.Revision] = [:]
            for service in discovered.services { revisions[service.name] = model.number(service.name) }
            model.revisions[registration.deployment.id] = revisions
        }
        take(registration.changes, registration.catalog)
    }

    private mutating func update(_ id: DeploymentID, _ step: UInt64, _ random: inout Seeded) throws {
        let range = Self.isOneIn(6, &random) ? 5...6 : 5...7
        let address = "h:\(Int.random(in: 0..<6, using: &random))"
        let discovered = Fixture.discovered(address, protocolVersions: range, Self.services(&random))
        let change = DeploymentUpdate(
            discovered: Self.isOneIn(5, &random) ? nil : discovered,
            metadata: Self.isOneIn(3, &random) ? ["step": "\(step)"] : nil,
            overwrite: Bool.random(using: &random),
            dryRun: Self.isOneIn(5, &random)
        )
        let act = Fixture.act(at: Int64(step))
        guard change.discovered == nil || range == 5...7 else {
            #expect(throws: RegistryError.self) {
                try catalog.update(id, change, work: UnfinishedCounts(), act: act)
            }
            return
        }
        let result = try catalog.update(id, change, work: UnfinishedCounts(), act: act)
        if change.dryRun { #expect(result.changes.isEmpty && result.catalog == catalog) }
        if change.overwrite, change.discovered != nil, !change.dryRun {
            let old = model.revisions[id] ?? [:]
            var revisions: [String: Model.Revision] = [:]
            for service in discovered.services {
                revisions[service.name] =
                    old[service.name].map { .init(number: $0.number) } ?? model.number(service.name)
            }
            model.revisions[id] = revisions
        }
        take(result.changes, result.catalog)
    }

    private mutating func configure(_ name: String, _ step: UInt64) throws {
        var configuration = ServiceConfiguration()
        configuration.inactivityTimeout = Interval(milliseconds: Int64(step))
        let act = Fixture.act(at: Int64(step))
        guard let latest = model.latest(name) else {
            #expect(throws: RegistryError.unknownService(name)) {
                try catalog.configure(name, configuration, act: act)
            }
            return
        }
        let result = try catalog.configure(name, configuration, act: act)
        #expect(result.deployment.id == latest)
        model.revisions[latest]?[name]?.isEdited = true
        take(result.changes, result.catalog)
    }

    private mutating func remove(_ id: DeploymentID, _ step: UInt64, _ random: inout Seeded) {
        let isForced = Bool.random(using: &random)
        let isServing = Self.names.contains { model.latest($0) == id }
        let removal = try? catalog.remove(
            id,
            force: isForced,
            work: UnfinishedCounts(),
            act: Fixture.act(at: Int64(step))
        )
        #expect((removal != nil) == (isForced || !isServing))
        guard let removal else { return }
        model.revisions[id] = nil
        take(removal.changes, removal.catalog)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theCatalogIsWhatTheModelSays(seed: UInt64) throws {
        var world = Self()
        try world.run(seed)
    }

    private mutating func run(_ seed: UInt64) throws {
        var random = Seeded(state: seed)
        for step in 1...150 as ClosedRange<UInt64> {
            let known = catalog.deployments.map(\.id).sorted { ($0.high, $0.low) < ($1.high, $1.low) }
            switch (Int.random(in: 0..<7, using: &random), known.randomElement(using: &random)) {
            case (0...2, _), (_, nil): try register(step, &random)
            case (3...4, let id?): try update(id, step, &random)
            case (5, _): try configure(Self.names[Int.random(in: 0..<3, using: &random)], step)
            case (_, let id?): remove(id, step, &random)
            }
            try check("seed \(seed) step \(step)")
        }
    }

    private func check(_ context: String) throws {
        let rebuilt = try Catalog(rebuiltFrom: rows.deployments.values, revisionCounters: rows.counters)
        #expect(rebuilt == catalog, "\(context)")
        var found: [DeploymentID: [String: Model.Revision]] = [:]
        for deployment in catalog.deployments {
            found[deployment.id] = Dictionary(
                uniqueKeysWithValues: deployment.services.map {
                    ($0.service.name, Model.Revision(number: $0.revision, isEdited: $0.isEdited))
                }
            )
        }
        #expect(found == model.revisions, "\(context)")
        #expect(rows.history.count == model.acts, "\(context)")
        for name in Self.names {
            #expect(catalog.service(named: name)?.latest.deployment == model.latest(name), "\(context) \(name)")
            #expect(catalog.highestRevision(of: name) ?? 0 == model.highest[name] ?? 0, "\(context) \(name)")
        }
    }
}
