import DurableModel
import ServiceProtocol
import Testing

struct AwaitingTests {
    private static let (a, b): (NotificationID, NotificationID) = (.completion(1), .signal(17))

    /// Evaluates two leaves under a combinator; `+` succeeded, `-` failed, `.` pending.
    private func outcome(_ awaiting: Awaiting, _ states: String) -> AwaitOutcome {
        let outcomes = states.map { $0 == "+" ? LeafOutcome.succeeded : $0 == "-" ? .failed : .pending }
        return awaiting.evaluate { id in id == Self.a ? outcomes[0] : outcomes[1] }
    }

    @Test(arguments: [
        (Combinator.unknown, "..", AwaitOutcome.pending),
        (.unknown, "+.", .done(success: nil)),
        (.unknown, ".-", .done(success: nil)),
        (.firstCompleted, "..", .pending),
        (.firstCompleted, "+.", .done(success: true)),
        (.firstCompleted, ".-", .done(success: false)),
        (.firstCompleted, "++", .done(success: true)),
        (.firstCompleted, "--", .done(success: false)),
        (.firstCompleted, "+-", .done(success: nil)),
        (.allCompleted, "..", .pending),
        (.allCompleted, "+.", .pending),
        (.allCompleted, ".-", .pending),
        (.allCompleted, "++", .done(success: true)),
        (.allCompleted, "+-", .done(success: nil)),
        (.firstSucceededOrAllFailed, "..", .pending),
        (.firstSucceededOrAllFailed, "-.", .pending),
        (.firstSucceededOrAllFailed, "+.", .done(success: true)),
        (.firstSucceededOrAllFailed, "-+", .done(success: true)),
        (.firstSucceededOrAllFailed, "--", .done(success: false)),
        (.allSucceededOrFirstFailed, "..", .pending),
        (.allSucceededOrFirstFailed, "+.", .pending),
        (.allSucceededOrFirstFailed, "-.", .done(success: false)),
        (.allSucceededOrFirstFailed, "+-", .done(success: false)),
        (.allSucceededOrFirstFailed, "++", .done(success: true)),
    ])
    func leavesUnderEachCombinator(combinator: Combinator, states: String, expected: AwaitOutcome) {
        #expect(outcome(Awaiting(combinator: combinator, leaves: [Self.a, Self.b]), states) == expected)
        // The same as children with one leaf each.
        let children = [Self.a, Self.b].map { Awaiting(combinator: .firstCompleted, leaves: [$0]) }
        #expect(outcome(Awaiting(combinator: combinator, children: children), states) == expected)
    }

    @Test(arguments: [
        (Combinator.firstSucceededOrAllFailed, "-.", AwaitOutcome.done(success: nil)),
        (.firstSucceededOrAllFailed, "..", .pending),
        (.firstSucceededOrAllFailed, "-+", .done(success: true)),
        (.allSucceededOrFirstFailed, "+.", .done(success: nil)),
        (.allSucceededOrFirstFailed, ".+", .pending),
        (.allSucceededOrFirstFailed, "+-", .done(success: false)),
        (.allCompleted, "+.", .pending),
    ])
    func aDoneUnknownIsForTheServiceToJudge(combinator: Combinator, states: String, expected: AwaitOutcome) {
        let mapped = Awaiting(combinator: .unknown, leaves: [Self.a])
        #expect(outcome(Awaiting(combinator: combinator, leaves: [Self.b], children: [mapped]), states) == expected)
    }

    @Test func aTreeSurvivesEncoding() throws {
        let tree = Awaiting(
            combinator: .firstCompleted,
            leaves: [.completion(1), .completion(300), .signal(1), .namedSignal("go"), .namedSignal("")],
            children: [
                Awaiting(combinator: .allCompleted, leaves: [.completion(4)]),
                Awaiting(combinator: .unknown, children: [Awaiting(combinator: .unknown, leaves: [.signal(2)])]),
            ]
        )
        #expect(try Awaiting.decode(tree.encode()) == tree)
        #expect(tree.allLeaves.count == 7)
    }

    @Test func theDeepestAllowedTreeIsTakenAndOneLevelMoreRefused() throws {
        var tree = Awaiting.flat([.completion(1)])
        for _ in 1..<Awaiting.depthMax { tree = Awaiting(combinator: .allCompleted, children: [tree]) }
        let bytes = tree.encode()
        #expect(try Awaiting.decode(bytes) == tree)
        #expect(tree.evaluate { _ in .succeeded } == .done(success: true))

        let deeper = Awaiting(combinator: .allCompleted, children: [tree]).encode()
        #expect(throws: PayloadProblem.awaitTooDeep(limit: 1000)) { try Awaiting.decode(deeper) }
        let suspension = ServiceMessage.suspension(Awaiting(combinator: .unknown, children: [tree])).frame(version: 7)
        #expect {
            try ServiceMessage.decode(suspension, version: 7)
        } throws: { ($0 as? ProtocolError)?.isAwaitTooDeep == true }
    }

    @Test func anAwaitOfNothingIsRefused() {
        let nested = Awaiting(combinator: .allCompleted, children: [Awaiting(combinator: .unknown)])
        for bytes in [[], [0x28, 0x01], nested.encode()] {
            #expect(throws: PayloadProblem.emptyAwait) { try Awaiting.decode(bytes) }
        }
    }

    @Test func anUnknownCombinatorCountsAsUnknown() throws {
        #expect(try Awaiting.decode([0x0a, 0x01, 0x05, 0x28, 0x09]).combinator == .unknown)
    }

    @Test func numbersComePackedOrOneByOne() throws {
        #expect(try Awaiting.decode([0x08, 0x05, 0x0a, 0x02, 0x06, 0x07]).leaves == [5, 6, 7].map { .completion($0) })
    }
}
