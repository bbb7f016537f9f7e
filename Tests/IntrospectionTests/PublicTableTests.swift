import DurableModel
import Engine
import FoundationEssentials
import Introspection
import Registry
import ServiceProtocol
import Store
import Testing

/// What the public tables show of the private ones.
struct PublicTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let reference = root.appending(path: "../shared/reference/sql-tables.csv").path()

    // The list of columns lies beside the repository and is not always there.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: reference)))
    func everyTableHasTheColumnsOfTheReferenceInOrder() throws {
        let lines = try String(contentsOfFile: Self.reference, encoding: .utf8).split(separator: "\n").dropFirst()
        var expected: [String: [ResultColumn]] = [:]
        for line in lines {
            let parts = line.split(separator: ",").map(String.init)
            let type = try #require(ColumnType(rawValue: parts[2]), "type of \(line)")
            expected[parts[0], default: []].append(ResultColumn(name: parts[1], type: type))
        }
        let world = try QueryWorld()
        #expect(expected.count == 12)
        for (table, columns) in expected {
            #expect(try world.query("SELECT * FROM \(table)").columns == columns, "\(table)")
        }
    }

    @Test func aRunningInvocationShowsItsAttempt() throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(
            1,
            status: .backingOff,
            target: Target(service: "Counter", key: "k", handler: "add")
        )
        invocation.pin = Pin(deployment: QueryWorld.deployment, protocolVersion: 6)
        invocation.attempt.retryCount = 2
        invocation.attempt.nextRetryAt = QueryWorld.created.adding(.seconds(1))
        invocation.attempt.lastFailure = AttemptFailureRecord(
            documentedCode: "RT0007",
            message: "shut",
            stacktrace: "trace",
            relatedCommandIndex: 2,
            relatedCommandName: "step",
            relatedCommandType: 0x040C
        )
        try world.add(invocation, input: [1])
        let expected: [(column: String, value: QueryValue)] = [
            ("id", .text(QueryWorld.id(1).description)), ("target", .text("Counter/k/add")),
            ("target_service_ty", .text("virtual_object")), ("target_service_key", .text("k")),
            ("invoked_by", .text("ingress")), ("status", .text("backing-off")), ("retry_count", .integer(2)),
            ("pinned_deployment_id", .text(QueryWorld.deployment.description)),
            ("pinned_service_protocol_version", .integer(6)), ("created_at", .text("2026-01-02T03:04:05.678Z")),
            ("next_retry_at", .text("2026-01-02T03:04:06.678Z")), ("completion_retention", .text("PT864000000S")),
            ("last_failure", .text("[500 Internal] shut\ntrace")), ("last_failure_error_code", .text("RT0007")),
            ("last_failure_related_command_type", .text("Sleep")), ("journal_size", .integer(1)),
            ("completion_result", .null), ("invoked_by_id", .null), ("completed_at", .null),
        ]
        for (column, value) in expected {
            #expect(try world.column("SELECT \(column) FROM sys_invocation") == [value], "\(column)")
        }
        #expect(try world.column("SELECT status FROM sys_invocation_status") == [.text("invoked")])
        #expect(try world.column("SELECT in_flight FROM sys_invocation_state") == [.integer(0)])
        #expect(try world.column("SELECT partition_key FROM sys_invocation_status") == [.integer(77)])
    }

    @Test func everyStatusHasItsNames() throws {
        let world = try QueryWorld()
        for (offset, status) in InvocationStatus.allCases.enumerated() {
            try world.add(QueryWorld.invocation(Int64(offset + 1), status: status))
        }
        let fine = ["scheduled", "pending", "ready", "running", "backing-off", "suspended", "paused", "completed"]
        let coarse = ["scheduled", "inboxed", "invoked", "invoked", "invoked", "suspended", "paused", "completed"]
        #expect(try world.column("SELECT status FROM sys_invocation ORDER BY id") == fine.map { .text($0) })
        #expect(try world.column("SELECT status FROM sys_invocation_status ORDER BY id") == coarse.map { .text($0) })
        for name in fine {
            let sql = "SELECT count(*) FROM sys_invocation WHERE status = '\(name)'"
            #expect(try world.column(sql) == [.integer(1)], "\(name)")
        }
        let counts: [(String, Int64)] = [
            ("status != 'completed'", 7), ("status != 'running'", 7), ("status = 'nonsense'", 0),
            ("status IN ('running', 'ready')", 2), ("upper(status) = 'RUNNING'", 1), ("status IS NULL", 0),
            ("status <> 'completed' AND status = 'paused'", 1), ("status = 'paused' OR status = 'ready'", 2),
        ]
        for (filter, count) in counts {
            #expect(
                try world.column("SELECT count(*) FROM sys_invocation WHERE \(filter)") == [.integer(count)],
                "\(filter)"
            )
        }
        #expect(
            try world.column("SELECT count(*) FROM sys_invocation_status WHERE status = 'invoked'") == [.integer(3)]
        )
    }

    @Test func invocationsAreFoundByTheirIds() throws {
        let world = try QueryWorld()
        let derived = InvocationID(partitionKey: 5, high: 6, low: 7)
        try world.add(
            QueryWorld.invocation(1),
            QueryWorld.invocation(2),
            QueryWorld.invocation(3, derivedID: derived)
        )
        let ids = [QueryWorld.id(1), QueryWorld.id(2), derived].map { "'\($0)'" }
        for id in ids {
            #expect(try world.column("SELECT count(*) FROM sys_invocation WHERE id = \(id)") == [.integer(1)])
        }
        let list = ids.joined(separator: ", ")
        #expect(try world.column("SELECT count(*) FROM sys_invocation WHERE id IN (\(list))") == [.integer(3)])
        #expect(
            try world.column(
                "SELECT count(*) FROM sys_invocation a JOIN sys_invocation_status b ON a.id = b.id"
            ) == [.integer(3)]
        )
        let unknown = InvocationID(partitionKey: 5, high: 6, low: 8)
        #expect(try world.column("SELECT count(*) FROM sys_invocation WHERE id = '\(unknown)'") == [.integer(0)])
        #expect(throws: QueryError.self) { try world.query("SELECT * FROM sys_invocation WHERE id = 'x'") }
    }

    @Test func whatHasExpiredIsNotThere() throws {
        let world = try QueryWorld()
        var past = QueryWorld.invocation(1, status: .completed, retention: .seconds(1))
        past.completedAt = QueryWorld.created
        var kept = QueryWorld.invocation(2, status: .completed)
        kept.completedAt = QueryWorld.created
        kept.outputIndex = 1
        try world.add(past, kept, input: [], output: [])
        #expect(try world.column("SELECT id FROM sys_invocation") == [.text(QueryWorld.id(2).description)])
        #expect(try world.column("SELECT count(*) FROM sys_journal") == [.integer(2)])
    }

    @Test func aFailureShowsCodeAndMessage() throws {
        let world = try QueryWorld()
        var failed = QueryWorld.invocation(1, status: .completed)
        failed.completionFailure = Failure(code: 409, message: "killed")
        try world.add(failed, QueryWorld.invocation(2, status: .completed))
        #expect(
            try world.query("SELECT completion_result, completion_failure FROM sys_invocation ORDER BY id").rows
                == [[.text("failure"), .text("[409] killed")], [.text("success"), .null]]
        )
    }

    @Test func aSuspendedInvocationSaysWhatItWaitsFor() throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(1, status: .suspended)
        invocation.awaiting = Awaiting(
            combinator: .unknown,
            leaves: [.completion(1), .signal(17), .namedSignal("go")],
            children: [Awaiting(combinator: .allCompleted, leaves: [.completion(9)])]
        )
        try world.add(invocation)
        let sql = """
            SELECT suspended_waiting_for_completions, suspended_waiting_for_signals, suspended_waiting_future_json
            FROM sys_invocation
            """
        let tree = """
            {"Unknown":[{"Single":{"CompletionId":1}},{"Single":{"SignalIndex":17}},{"Single":{"SignalName":"go"}},\
            {"AllCompleted":[{"Single":{"CompletionId":9}}]}]}
            """
        #expect(try world.query(sql).rows == [[.text("[1]"), .text("[17]"), .text(tree)]])
    }
}
