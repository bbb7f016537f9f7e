import DurableModel
import Engine
import Introspection
import Registry
import Testing

/// What operators did, in the columns that show it.
struct OperatorColumnTests {
    @Test func aNewRunNamesTheOneItComesFrom() throws {
        let world = try QueryWorld()
        try world.add(
            QueryWorld.invocation(1, status: .completed),
            QueryWorld.invocation(2, invoker: .restart(of: QueryWorld.id(1)))
        )
        for table in ["sys_invocation", "sys_invocation_status"] {
            #expect(
                try world.query("SELECT invoked_by, restarted_from, invoked_by_id FROM \(table) ORDER BY id").rows == [
                    [.text("ingress"), .null, .null],
                    [.text("restart_as_new"), .text(QueryWorld.id(1).description), .null],
                ]
            )
        }
    }

    @Test func eventsHaveTheMembersOfTheirKind() throws {
        let world = try QueryWorld()
        let failure = AttemptFailureRecord(
            documentedCode: "RT0007",
            message: "later",
            stacktrace: "trace",
            relatedCommandIndex: 2,
            relatedCommandName: "step",
            relatedCommandType: 0x040C
        )
        let plain = AttemptFailureRecord(documentedCode: "RT0007", message: "please pause")
        let kinds: [JournalEvent.Kind] = [.transientError(failure), .paused(plain), .paused(nil)]
        let invocation = QueryWorld.invocation(1, status: .paused)
        try world.add(invocation)
        try world.commit { writes in
            writes.events[invocation.number] = kinds.enumerated().map {
                JournalEvent(sequence: $0, afterIndex: 1, at: QueryWorld.created, kind: $1)
            }
        }
        #expect(
            try world.query("SELECT event_type, event_json FROM sys_journal_events").rows == [
                [
                    .text("TransientError"),
                    .text(
                        #"{"ty":"TransientError","error_code":500,"error_message":"later","error_stacktrace":"trace","#
                            + #""restate_doc_error_code":"RT0007","related_command_index":2,"#
                            + #""related_command_name":"step","related_command_type":"Sleep"}"#
                    ),
                ],
                [
                    .text("Paused"),
                    .text(
                        #"{"ty":"Paused","last_failure":{"error_code":500,"error_message":"please pause","restate_doc_error_code":"RT0007"}}"#
                    ),
                ],
                [.text("Paused"), .text(#"{"ty":"Paused"}"#)],
            ]
        )
    }
}
