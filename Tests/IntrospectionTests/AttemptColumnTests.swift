import DurableModel
import Engine
import Introspection
import Testing

/// What an operator sees of the last failure, by the state of the invocation.
@Suite struct AttemptColumnTests {
    @Test(
        "a failure shows while it explains the state, counted or not",
        arguments: [
            (.ready, 0, false), (.ready, 2, true), (.running, 1, true), (.backingOff, 2, true), (.backingOff, 0, true),
            (.paused, 0, true), (.scheduled, 0, false), (.inboxed, 0, false), (.suspended, 0, false),
            (.completed, 0, false),
        ] as [(InvocationStatus, Int, Bool)]
    )
    func failures(status: InvocationStatus, retryCount: Int, isShown: Bool) throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(1, status: status)
        invocation.attempt.retryCount = retryCount
        invocation.attempt.lastFailure = AttemptFailureRecord(documentedCode: "RT0023", message: "unavailable")
        try world.add(invocation, input: [1])
        #expect(
            try world.query("SELECT last_failure_error_code, retry_count FROM sys_invocation").rows == [
                [isShown ? .text("RT0023") : .null, retryCount > 0 ? .integer(Int64(retryCount)) : .null]
            ]
        )
    }
}
