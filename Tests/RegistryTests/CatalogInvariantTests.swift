import DurableModel
import Registry
import Testing

/// The invariants at the head of `Catalog`, held through seeded random histories.
@Suite struct CatalogInvariantTests {
    /// A small generator of repeatable numbers (splitmix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static let handlers = ["a", "b", "c"]

    private func randomService(_ name: String, _ random: inout Seeded) -> Service {
        let type = Int.random(in: 0..<8, using: &random) == 0 ? ServiceType.virtualObject : .service
        return Fixture.service(
            name,
            type,
            handlers: Self.handlers.filter { _ in Bool.random(using: &random) }
        )
    }

    private func randomDiscovery(_ random: inout Seeded) -> DiscoveredDeployment {
        let services = ["A", "B", "C"].filter { _ in Bool.random(using: &random) }
            .map { randomService($0, &random) }
        return Fixture.discovered("h:\(Int.random(in: 0..<6, using: &random))", services)
    }

    private func randomWork(_ catalog: Catalog, _ random: inout Seeded) -> UnfinishedCounts {
        var work = UnfinishedCounts()
        for deployment in catalog.deployments where Int.random(in: 0..<3, using: &random) == 0 {
            work.pinned[deployment.id] = 1
        }
        for service in ["A", "B", "C"] {
            for handler in Self.handlers where Int.random(in: 0..<4, using: &random) == 0 {
                work.unpinned[HandlerName(service: service, handler: handler)] = 1
            }
        }
        return work
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func invariantsHoldThroughRandomHistories(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var catalog = Catalog()
        var rows = CatalogRows()
        var given: [String: Int] = [:]
        for step in 1...200 as ClosedRange<UInt64> {
            if Int.random(in: 0..<3, using: &random) > 0 {
                let discovered = randomDiscovery(&random)
                let options = RegisterOptions(
                    force: Bool.random(using: &random),
                    breaking: Bool.random(using: &random),
                    dryRun: Int.random(in: 0..<4, using: &random) == 0
                )
                guard let registration = try? catalog.registering(discovered, options, id: step) else { continue }
                if !registration.changes.isEmpty {
                    for entry in registration.deployment.services {
                        #expect(entry.revision == (given[entry.service.name] ?? 0) + 1, "seed \(seed) step \(step)")
                        given[entry.service.name] = entry.revision
                    }
                }
                rows.apply(registration.changes)
                catalog = registration.catalog
            } else {
                let work = randomWork(catalog, &random)
                guard let id = catalog.deployments.map(\.id).min(by: { $0.low < $1.low }) else { continue }
                let force = Bool.random(using: &random)
                let state = catalog.drainState(of: id, work: work)
                let removal = try? catalog.remove(id, force: force, work: work, act: Fixture.act(at: Int64(step)))
                #expect((removal != nil) == (force || state?.status == .drained), "seed \(seed) step \(step)")
                guard let removal else { continue }
                if !force { #expect(removal.fallbacks.isEmpty && removal.orphanedUnpinned.isEmpty) }
                rows.apply(removal.changes)
                catalog = removal.catalog
            }
            try check(catalog, rows, given, context: "seed \(seed) step \(step)")
        }
    }

    private func check(_ catalog: Catalog, _ rows: CatalogRows, _ given: [String: Int], context: String) throws {
        let rebuilt = try Catalog(rebuiltFrom: rows.deployments.values, revisionCounters: rows.counters)
        #expect(rebuilt == catalog, "\(context)")
        for listed in [catalog, rebuilt] {
            #expect(listed.servicesByName.map(\.name) == listed.services.map(\.name).sorted(), "\(context)")
            let places = listed.deployments.map { DeploymentPlace($0) }.sorted()
            #expect(listed.deploymentsByAge.map { DeploymentPlace($0) } == places, "\(context)")
        }
        for name in ["A", "B", "C"] {
            let entries = catalog.deployments.flatMap { deployment in
                deployment.services.filter { $0.service.name == name }.map { ($0.revision, deployment.id, $0.service) }
            }
            .sorted { $0.0 > $1.0 }
            for each in [catalog, rebuilt] {
                let routed = each.service(named: name)
                #expect(routed?.revisions.map(\.revision) ?? [] == entries.map(\.0), "\(context)")
                #expect(routed?.latest.deployment == entries.first?.1, "\(context)")
                for handler in Self.handlers {
                    let expected = entries.first { $0.2.handler(named: handler) != nil }
                    let found = try? each.resolveForStart(service: name, handler: handler)
                    #expect(found?.revision == expected?.0, "\(context) \(handler)")
                }
            }
            #expect(catalog.highestRevision(of: name) ?? 0 == given[name] ?? 0, "\(context)")
        }
        let addresses = catalog.deployments.map(\.address)
        #expect(Set(addresses.map(\.uri)).count == addresses.count, "\(context)")
    }

    @Test func contradictingRowsAreRefused() throws {
        func deployment(_ id: UInt64, _ revisions: [(String, Int)]) -> Deployment {
            Deployment(
                id: Fixture.id(id),
                address: Fixture.address("h:\(id)"),
                mode: .bidiStream,
                httpVersion: .http2,
                createdAt: Timestamp(milliseconds: 1),
                protocolVersions: 5...7,
                services: revisions.map { ServiceRevision(service: Fixture.service($0.0), revision: $0.1) }
            )
        }
        let damaged: [([Deployment], [ExactText: Int])] = [
            ([deployment(1, []), deployment(1, [])], [:]),
            ([deployment(1, [("A", 1)]), deployment(2, [("A", 1)])], ["A": 1]),
            ([deployment(1, [("A", 2)])], ["A": 1]),
            ([deployment(1, [("A", 1)])], [:]),
            ([deployment(1, [("A", 0)])], ["A": 1]),
            ([deployment(1, [("A", -1)])], ["A": 1]),
            ([], ["A": -1]),
            ([], ["A": .max]),
        ]
        for (deployments, counters) in damaged {
            #expect(throws: RegistryError.self) {
                try Catalog(rebuiltFrom: deployments, revisionCounters: counters)
            }
        }
        #expect(throws: Never.self) {
            try Catalog(rebuiltFrom: [deployment(1, [("A", 2)])], revisionCounters: ["A": 5, "Gone": 9])
        }
    }
}
