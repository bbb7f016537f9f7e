import DurableModel
import Registry
import Testing

@Suite struct ListingTests {
    /// Deployments 1 to `count`, each with a service of its own.
    private func catalog(_ count: Int) throws -> Catalog {
        try Catalog.holding(
            (1...count).map { Fixture.discovered("h\($0):1", [Fixture.service("s\($0 % 10)x\($0)")]) }
        )
    }

    @Test(arguments: [1, 2, 7, 100])
    func pagesOfServicesAreTheWholeByName(limit: Int) throws {
        let catalog = try catalog(40)
        var names: [String] = []
        while true {
            let page = catalog.services(after: names.last, limit: limit).map(\.name)
            #expect(page.count <= limit)
            guard !page.isEmpty else { break }
            names += page
        }
        #expect(names.count == 40)
        #expect(names == catalog.services.map(\.name).sorted())
        #expect(names == catalog.servicesByName.map(\.name))
    }

    @Test(arguments: [1, 3, 100])
    func pagesOfDeploymentsAreTheWholeByAge(limit: Int) throws {
        let catalog = try catalog(20)
        var newestFirst: [Deployment] = []
        while true {
            let page = catalog.deployments(before: newestFirst.last.map { DeploymentPlace($0) }, limit: limit)
            guard !page.isEmpty else { break }
            newestFirst += page
        }
        #expect(newestFirst.map(\.id.low) == Array((1...20).reversed()))
        #expect(catalog.deploymentsByAge.map(\.id.low) == Array(1...20))
        let fifth = DeploymentPlace(createdAt: Timestamp(milliseconds: 5), id: Fixture.id(5))
        #expect(catalog.deployments(after: fifth, limit: 2).map(\.id.low) == [6, 7])
    }

    @Test func aPageBeginsWhereSomethingHasGone() throws {
        var catalog = try catalog(9)
        let gone = try #require(catalog.service(named: "s4x4")?.latest.deployment)
        let place = try #require(catalog.deployment(gone).map { DeploymentPlace($0) })
        catalog = try catalog.remove(gone, force: true, work: UnfinishedCounts(), act: Fixture.act()).catalog
        #expect(catalog.services(after: "s4x4", limit: 1).map(\.name) == ["s5x5"])
        #expect(catalog.servicesByName.count == 8)
        #expect(catalog.deployments(before: place, limit: 1).map(\.id.low) == [3])
        #expect(catalog.deployments(after: place, limit: 1).map(\.id.low) == [5])
    }

    @Test func aServiceIsListedOnceUntilItsLastRevisionGoes() throws {
        let a = Fixture.service("a")
        var catalog = try Catalog.holding([
            Fixture.discovered("one:1", [a]), Fixture.discovered("two:1", [a, Fixture.service("b")]),
        ])
        #expect(catalog.servicesByName.map(\.name) == ["a", "b"])
        catalog = try catalog.remove(Fixture.id(2), force: true, work: UnfinishedCounts(), act: Fixture.act()).catalog
        #expect(catalog.servicesByName.map(\.name) == ["a"])
    }

    @Test func spellingsOfOneNameAreListedApart() throws {
        let names = ["caf\u{e9}", "cafe\u{301}"]
        let catalog = try Catalog.holding([Fixture.discovered("one:1", names.map { Fixture.service($0) })])
        let listed = catalog.servicesByName.map { Array($0.name.utf8) }
        #expect(Set(listed) == Set(names.map { Array($0.utf8) }))
        let rest = catalog.services(after: String(decoding: listed[0], as: UTF8.self), limit: 9)
        #expect(rest.map { Array($0.name.utf8) } == [listed[1]])
    }
}
