import DurableModel
import Registry
import Testing

@Suite struct UpdateTests {
    private func update(
        _ id: UInt64,
        _ update: DeploymentUpdate,
        in catalog: Catalog,
        _ work: UnfinishedCounts = UnfinishedCounts()
    ) throws(RegistryError) -> Update {
        try catalog.update(Fixture.id(id), update, work: work, act: Fixture.act(at: 77))
    }

    /// Two versions of `A`.
    private func twoVersions() throws -> Catalog {
        try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A")]),
            Fixture.discovered("h:2", [Fixture.service("A"), Fixture.service("B")]),
        ])
    }

    @Test func anUnknownDeploymentIsRefused() throws {
        #expect(throws: RegistryError.unknownDeployment(Fixture.id(9))) {
            try update(9, DeploymentUpdate(discovered: nil, metadata: [:]), in: twoVersions())
        }
    }

    @Test func whatWasFoundCountsOnlyIfTheDeploymentIsStillWhereItWas() throws {
        let catalog = try twoVersions()
        let before = try #require(catalog.deployment(Fixture.id(1)))
        let header = AdditionalHeader(name: "x-a", value: "1")
        var headers = DeploymentUpdate(
            discovered: Fixture.discovered("h:1", [Fixture.service("A")]),
            additionalHeaders: [header],
            basis: before
        )
        let move = DeploymentUpdate(discovered: Fixture.discovered("h:9", [Fixture.service("A")]), basis: before)
        let moved = try update(1, move, in: catalog).catalog
        #expect(throws: RegistryError.changedMeanwhile(Fixture.id(1))) { try update(1, headers, in: moved) }
        // Asked again by what then holds, it keeps both.
        headers.basis = moved.deployment(Fixture.id(1))
        headers.discovered = Fixture.discovered("h:9", [Fixture.service("A")])
        let both = try update(1, headers, in: moved).deployment
        #expect(both.address.authority == "h:9" && both.additionalHeaders == [header])
        // Metadata are no reason to ask again.
        let labelled = try update(1, DeploymentUpdate(discovered: nil, metadata: ["a": "b"]), in: catalog).catalog
        #expect(try update(1, move, in: labelled).deployment.metadata == ["a": "b"])
    }

    @Test func thePlaceChangesAndAllElseStays() throws {
        let catalog = try twoVersions()
        let before = try #require(catalog.deployment(Fixture.id(1)))
        var discovered = Fixture.discovered("h:9", [Fixture.service("A", handlers: ["other"]), Fixture.service("C")])
        discovered.httpVersion = .http1
        discovered.mode = .requestResponse
        discovered.sdkVersion = "sdk/2"
        let header = AdditionalHeader(name: "x-a", value: "1")
        let result = try update(
            1,
            DeploymentUpdate(discovered: discovered, additionalHeaders: [header]),
            in: catalog,
            UnfinishedCounts(pinned: [Fixture.id(1): 3])
        )
        var expected = before
        expected.address = discovered.address
        expected.httpVersion = .http1
        expected.mode = .requestResponse
        expected.sdkVersion = "sdk/2"
        expected.additionalHeaders = [header]
        #expect(result.deployment == expected)
        #expect(result.before == before)
        #expect(result.inFlight == 3)
        #expect(result.catalog.deployment(Fixture.id(1)) == expected)
        #expect(result.catalog.existing(for: discovered.address)?.id == Fixture.id(1))
        #expect(result.catalog.existing(for: before.address) == nil)
        #expect(result.differences.isEmpty)
        guard result.changes.count == 2, case .recorded(let record) = result.changes[1] else {
            Issue.record("came to \(result.changes)")
            return
        }
        #expect(result.changes[0] == .deploymentReplaced(expected))
        #expect(record.act == .updated && record.before == before && record.after == expected)
        #expect(record.at == Timestamp(milliseconds: 77))
    }

    @Test(arguments: [4...7, 5...6, 6...7, 5...8] as [ClosedRange<Int>])
    func anotherProtocolRangeIsRefused(range: ClosedRange<Int>) throws {
        let discovered = Fixture.discovered("h:9", protocolVersions: range, [Fixture.service("A")])
        for overwrite in [false, true] {
            let error = #expect(throws: RegistryError.self) {
                try update(1, DeploymentUpdate(discovered: discovered, overwrite: overwrite), in: twoVersions())
            }
            #expect(error == .protocolRangeChanged(Fixture.id(1), stored: 5...7, offered: range))
            #expect(error?.code == "META0016" && error?.httpStatus == 400)
            #expect(error?.description.hasSuffix("from 5..=7 to \(range.lowerBound)..=\(range.upperBound)") == true)
        }
    }

    @Test func overwritingKeepsRevisionsAndNumbersNewServicesLikeAnyRevision() throws {
        let catalog = try twoVersions()
        let services = [
            Fixture.service("A", handlers: ["run", "more"]), Fixture.service("B"), Fixture.service("C"),
        ]
        let result = try update(
            1,
            DeploymentUpdate(discovered: Fixture.discovered("h:1", services), overwrite: true),
            in: catalog
        )
        #expect(result.deployment.services.map(\.revision) == [1, 2, 1])
        #expect(result.catalog.service(named: "A")?.latest.deployment == Fixture.id(2))
        #expect(result.catalog.service(named: "B")?.latest.deployment == Fixture.id(1))
        #expect(result.changes.contains(.revisionCounted(service: "B", highest: 2)))
        #expect(result.differences.map(\.service) == ["A", "B", "C"])
        #expect(result.differences[0].handlersAdded == ["more"])
    }

    @Test func overwritingTellsWhatBreaksAndDoesIt() throws {
        let result = try update(
            2,
            DeploymentUpdate(
                discovered: Fixture.discovered("h:2", [Fixture.service("A", .virtualObject)]),
                overwrite: true
            ),
            in: twoVersions()
        )
        #expect(
            result.differences.flatMap(\.breaking) == [
                .serviceTypeChanged("A", from: .service, to: .virtualObject), .serviceRemoved("B"),
            ]
        )
        #expect(result.catalog.service(named: "B") == nil)
    }

    @Test func aReservedNameIsRefused() throws {
        #expect(throws: RegistryError.reservedServiceName("openapi")) {
            try update(
                1,
                DeploymentUpdate(
                    discovered: Fixture.discovered("h:1", [Fixture.service("openapi")]),
                    overwrite: true
                ),
                in: twoVersions()
            )
        }
    }

    @Test func twoDeploymentsMayHaveOneAddress() throws {
        let catalog = try twoVersions()
        let result = try update(
            1,
            DeploymentUpdate(discovered: Fixture.discovered("h:2", [Fixture.service("A")])),
            in: catalog
        )
        let address = Fixture.address("h:2")
        #expect(result.catalog.existing(for: address)?.id == Fixture.id(1))
        #expect(result.catalog.replaced(for: address)?.id == Fixture.id(2))
    }

    @Test func metadataAloneNeedNoEndpoint() throws {
        let result = try update(1, DeploymentUpdate(discovered: nil, metadata: ["team": "a"]), in: twoVersions())
        #expect(result.catalog.deployment(Fixture.id(1))?.metadata == ["team": "a"])
        #expect(result.isChange)
    }

    @Test func aDryRunTellsAndChangesNothing() throws {
        let catalog = try twoVersions()
        let result = try update(
            1,
            DeploymentUpdate(discovered: Fixture.discovered("h:9", [Fixture.service("A")]), dryRun: true),
            in: catalog
        )
        #expect(result.deployment.address == Fixture.address("h:9"))
        #expect(result.catalog == catalog && result.changes.isEmpty)
    }

    @Test func whatChangesNothingLeavesNoTrace() throws {
        let catalog = try twoVersions()
        let same = Fixture.discovered("h:1", [Fixture.service("A")])
        for change in [DeploymentUpdate(discovered: same, overwrite: true), DeploymentUpdate(discovered: nil)] {
            let result = try update(1, change, in: catalog)
            #expect(result.catalog == catalog && result.changes.isEmpty && !result.isChange)
        }
    }
}
