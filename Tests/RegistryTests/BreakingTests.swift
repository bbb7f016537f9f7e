import DurableModel
import Registry
import Testing

@Suite struct BreakingTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let before: Service
        let after: Service
        let breaking: [BreakingChange]

        var testDescription: String { name }
    }

    private static func handler(_ name: String, _ type: HandlerType, isPrivate: Bool? = nil) -> Handler {
        var options = HandlerOptions()
        options.ingressPrivate = isPrivate
        return Handler(name: name, type: type, options: options)
    }

    private static func object(_ handlers: [Handler], isPrivate: Bool? = nil) -> Service {
        var options = HandlerOptions()
        options.ingressPrivate = isPrivate
        return Service(name: "A", type: .virtualObject, handlers: handlers, options: options)
    }

    private static let cases: [Case] = [
        Case(
            name: "the same",
            before: object([handler("a", .exclusive)]),
            after: object([handler("a", .exclusive)]),
            breaking: []
        ),
        Case(
            name: "a handler more",
            before: object([handler("a", .exclusive)]),
            after: object([handler("a", .exclusive), handler("b", .shared)]),
            breaking: []
        ),
        Case(
            name: "a handler less",
            before: object([handler("a", .exclusive), handler("b", .shared)]),
            after: object([handler("a", .exclusive)]),
            breaking: [.handlersRemoved("A", ["b"])]
        ),
        Case(
            name: "a handler of another type",
            before: object([handler("a", .exclusive)]),
            after: object([handler("a", .shared)]),
            breaking: [.handlerTypeChanged("A", handler: "a", from: .exclusive, to: .shared)]
        ),
        Case(
            name: "a service of another type, whose handlers are so too",
            before: object([handler("a", .exclusive)]),
            after: Fixture.service("A", .service, handlers: ["a"]),
            breaking: [.serviceTypeChanged("A", from: .virtualObject, to: .service)]
        ),
        Case(
            name: "a service made private, and with it its handlers",
            before: object([handler("a", .exclusive)]),
            after: object([handler("a", .exclusive, isPrivate: true)], isPrivate: true),
            breaking: [.madePrivate("A", handler: nil)]
        ),
        Case(
            name: "a handler made private",
            before: object([handler("a", .exclusive, isPrivate: false)]),
            after: object([handler("a", .exclusive, isPrivate: true)]),
            breaking: [.madePrivate("A", handler: "a")]
        ),
        Case(
            name: "a private handler of a private service",
            before: object([handler("a", .exclusive)], isPrivate: true),
            after: object([handler("a", .exclusive, isPrivate: true)], isPrivate: true),
            breaking: []
        ),
        Case(
            name: "made public",
            before: object([handler("a", .exclusive, isPrivate: true)], isPrivate: true),
            after: object([handler("a", .exclusive)]),
            breaking: []
        ),
    ]

    @Test(arguments: cases)
    private func breakingChangesNeedAFlag(of each: Case) throws {
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [each.before])])
        let discovered = Fixture.discovered("h:2", [each.after])
        if each.breaking.isEmpty {
            #expect(try catalog.registering(discovered, id: 2).differences.flatMap(\.breaking) == [])
        } else {
            let error = #expect(throws: RegistryError.self) { try catalog.registering(discovered, id: 2) }
            #expect(error?.httpStatus == 409)
        }
        let dryRun = RegisterOptions(breaking: true, dryRun: true)
        for options in [RegisterOptions(breaking: true), RegisterOptions(force: true), dryRun] {
            let registration = try catalog.registering(discovered, options, id: 2)
            #expect(registration.differences.flatMap(\.breaking) == each.breaking)
        }
        for change in each.breaking { #expect(change.description.contains("A")) }
    }

    @Test func refusalsNameEverythingThatBreaks() throws {
        let before = Self.object([Self.handler("a", .exclusive), Self.handler("b", .exclusive)])
        let after = Self.object([Self.handler("a", .shared), Self.handler("b", .exclusive, isPrivate: true)])
        let catalog = try Catalog.holding([Fixture.discovered("h:1", [before])])
        let expected: [BreakingChange] = [
            .handlerTypeChanged("A", handler: "a", from: .exclusive, to: .shared), .madePrivate("A", handler: "b"),
        ]
        #expect(throws: RegistryError.breaking(expected)) {
            try catalog.registering(Fixture.discovered("h:2", [after]), id: 2)
        }
    }

    @Test func aServiceThatLeavesAnOverwrittenDeploymentIsTold() throws {
        let catalog = try Catalog.holding([
            Fixture.discovered("h:1", [Fixture.service("A"), Fixture.service("B")])
        ])
        let registration = try catalog.registering(
            Fixture.discovered("h:1", [Fixture.service("A")]),
            RegisterOptions(force: true),
            id: 2
        )
        #expect(registration.differences.flatMap(\.breaking) == [.serviceRemoved("B")])
    }
}
