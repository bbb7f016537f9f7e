import DurableModel
import Engine
import ServiceProtocol
import Testing

@testable import Fuzzing

/// The world of the attempts is one in which something happens: else no input could find anything.
struct AttemptWorldTests {
    private func statuses(after messages: [ServiceMessage], handler: UInt8, version: Int = 7) throws
        -> [InvocationStatus]
    {
        let stream = FrameBytes.joined(messages.map { $0.frame(version: version) })
        let input = AttemptScenario.bytes(version: version, handler: handler) + stream
        let (scenario, rest) = try #require(AttemptScenario.split(input))
        var world = try AttemptWorld(scenario, stream: rest)
        let complaint = try world.run()
        #expect(complaint == nil)
        let rows = world.storage.rows.invocations.values
        return rows.sorted { $0.invocation.number < $1.invocation.number }.map(\.invocation.status)
    }

    private let result = ServiceMessage.command(Command(.output(.value([1]))))

    @Test(arguments: 5...7) func aResultCompletesAnInvocation(version: Int) throws {
        #expect(try statuses(after: [result, .end], handler: 0, version: version) == [.completed])
    }

    @Test func handlersOfEveryTypeAreCalled() throws {
        #expect(try statuses(after: [result, .end], handler: 4) == Array(repeating: .completed, count: 5))
    }

    @Test func whatIsCalledIsAnsweredByTheSameStream() throws {
        let call = CallCommand(
            serviceName: "Counter",
            handlerName: "add",
            key: "other",
            invocationIDNotificationIndex: 1,
            resultCompletionID: 2
        )
        let statuses = try statuses(after: [.command(Command(.call(call))), result, .end], handler: 0)
        #expect(statuses.count > 2)
        #expect(statuses.first == .completed)
    }

    @Test func aViolationIsTriedAgain() throws {
        #expect(try statuses(after: [.suspension(.flat([.completion(9)]))], handler: 0) != [.completed])
    }

    @Test func whatCannotBeGuessedIsTold() {
        #expect(Set(AttemptWorld.firstIDs).count >= 4)
    }
}
