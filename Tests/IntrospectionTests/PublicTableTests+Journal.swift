import DurableModel
import Engine
import Introspection
import Registry
import ServiceProtocol
import Store
import Testing

/// Journals, state, services, inboxes.
struct JournalAndStateTableTests {
    @Test func theJournalHasInputAndOutputAtTheirPlaces() throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(1, status: .completed)
        invocation.journalLength = 4
        invocation.outputIndex = 3
        invocation.completedAt = QueryWorld.created.adding(.seconds(9))
        let run = Command(.run(completionID: 1), name: "stamp").frame()
        let done = Notification(type: .runCompletion, id: .completion(1), result: .value([1])).frame()
        let output = Command(.output(.value([2]))).frame()
        let input = Command(.input(headers: [], value: [3])).frame()
        try world.add(invocation, input: input.payload, output: output.payload)
        try world.commit {
            $0.journal[invocation.number] = [run, done].enumerated().map { index, frame in
                JournalRow(
                    index: index + 1,
                    type: frame.type,
                    payload: frame.payload,
                    appendedAt: QueryWorld.created.adding(.seconds(Int64(index + 1)))
                )
            }
        }
        let sql = """
            SELECT index, entry_type, name, raw, raw_length, version, appended_at, entry_lite_json
            FROM sys_journal WHERE id = '\(QueryWorld.id(1))' ORDER BY index
            """
        let expected: [[QueryValue]] = [
            [
                .integer(0), .text("Command: Input"), .text(""), .blob(input.payload),
                .integer(Int64(input.payload.count)), .integer(2), .text("2026-01-02T03:04:05.678Z"),
                .text(#"{"Command":{"Input":{}}}"#),
            ],
            [
                .integer(1), .text("Command: Run"), .text("stamp"), .blob(run.payload),
                .integer(Int64(run.payload.count)), .integer(2), .text("2026-01-02T03:04:06.678Z"),
                .text(#"{"Command":{"Run":{"completion_id":1,"name":"stamp"}}}"#),
            ],
            [
                .integer(2), .text("Notification: Run"), .null, .blob(done.payload),
                .integer(Int64(done.payload.count)), .integer(2), .text("2026-01-02T03:04:07.678Z"),
                .text(#"{"Notification":{"ty":{"Completion":"Run"},"id":{"CompletionId":1},"result":"Success"}}"#),
            ],
            [
                .integer(3), .text("Command: Output"), .text(""), .blob(output.payload),
                .integer(Int64(output.payload.count)), .integer(2), .text("2026-01-02T03:04:14.678Z"),
                .text(#"{"Command":{"Output":{"result":"Success"}}}"#),
            ],
        ]
        #expect(try world.query(sql).rows == expected)
        #expect(try world.column("SELECT sj.index FROM sys_journal sj WHERE sj.index = 2") == [.integer(2)])
        #expect(try world.query("SELECT * FROM sys_journal WHERE id = '\(QueryWorld.id(2))'").rows.isEmpty)
    }

    /// As the recorded server writes entries; of a callee that is not there what the call tells.
    @Test func entriesAreShownWhole() throws {
        let world = try QueryWorld()
        let invocation = QueryWorld.invocation(1)
        let call = CallCommand(
            serviceName: "Tally",
            handlerName: "add",
            parameter: [49],
            key: "k",
            invocationIDNotificationIndex: 3,
            resultCompletionID: 4
        )
        let failure = Failure(code: 418, message: "no")
        let entries: [(frame: MessageFrame, json: String?)] = [
            (
                Command(.run(completionID: 1), name: "stamp").frame(),
                #"{"Command":{"Run":{"completion_id":1,"name":"stamp"}}}"#
            ),
            (
                Notification(type: .runCompletion, id: .completion(1), result: .value([34, 49])).frame(),
                #"{"Notification":{"Completion":{"Run":{"completion_id":1,"result":{"Success":[34,49]}}}}}"#
            ),
            (
                Command(.sleep(wakeUpTimeMilliseconds: 5, completionID: 2)).frame(),
                #"{"Command":{"Sleep":{"wake_up_time":5,"completion_id":2,"name":""}}}"#
            ),
            (
                Notification(type: .sleepCompletion, id: .completion(2), result: .void).frame(),
                #"{"Notification":{"Completion":{"Sleep":{"completion_id":2}}}}"#
            ),
            (
                Command(.call(call)).frame(),
                #"{"Command":{"Call":{"request":{"invocation_target":{"VirtualObject":{"name":"Tally","key":"k","#
                    + #""handler":"add","handler_ty":"Exclusive","scope":null}},"span_context":{"span_context":{"#
                    + #""trace_id":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"span_id":[0,0,0,0,0,0,0,0],"trace_flags":0,"#
                    + #""is_remote":false,"trace_state":""},"cause":null},"parameter":[49],"headers":[],"#
                    + #""idempotency_key":null,"completion_retention_duration":{"secs":0,"nanos":0},"#
                    + #""journal_retention_duration":{"secs":0,"nanos":0}},"#
                    + #""invocation_id_completion_id":3,"result_completion_id":4,"name":""}}}"#
            ),
            (
                Notification(type: .callCompletion, id: .completion(4), result: .failure(failure)).frame(),
                #"{"Notification":{"Completion":{"Call":{"completion_id":4,"#
                    + #""result":{"Failure":{"code":418,"message":"no"}}}}}}"#
            ),
            (
                Notification(type: .signalNotification, id: .signal(1), result: .void).frame(),
                #"{"Notification":{"Signal":{"id":{"SignalIndex":1},"result":"Void"}}}"#
            ),
            (Command(.setState(key: [1, 255], value: [UInt8](repeating: 7, count: 65_536))).frame(), nil),
            (
                Command(.setState(key: [1, 255], value: [7])).frame(),
                #"{"Command":{"SetState":{"key":[1,255],"value":[7],"name":""}}}"#
            ),
        ]
        let headers = [Header(key: "a", value: "b")]
        try world.add(invocation, input: Command(.input(headers: headers, value: [3])).frame().payload)
        try world.commit {
            $0.journal[invocation.number] = entries.enumerated().map { index, entry in
                JournalRow(
                    index: index + 1,
                    type: entry.frame.type,
                    payload: entry.frame.payload,
                    appendedAt: QueryWorld.created
                )
            }
        }
        let input = #"{"Command":{"Input":{"headers":[{"name":"a","value":"b"}],"payload":[3],"name":""}}}"#
        #expect(
            try world.column("SELECT entry_json FROM sys_journal ORDER BY index")
                == [.text(input)] + entries.map { $0.json.map { .text($0) } ?? .null }
        )
    }

    @Test func callsShowWhatTheyMade() throws {
        let world = try QueryWorld()
        let caller = QueryWorld.invocation(1)
        let counter = Target(service: "Counter", key: "k", handler: "add")
        try world.add(caller, QueryWorld.invocation(2, target: counter, retention: .hours(1)), input: [])
        func call(_ target: Target, _ id: UInt32) -> MessageFrame {
            let call = CallCommand(
                serviceName: target.service,
                handlerName: target.handler,
                parameter: [1],
                key: target.key ?? "",
                invocationIDNotificationIndex: id,
                resultCompletionID: id + 1
            )
            return Command(.call(call)).frame()
        }
        func told(_ id: UInt32, _ number: Int64) -> MessageFrame {
            let callee = CompletionResult.invocationID(QueryWorld.id(number).description)
            return Notification(type: .callInvocationIDCompletion, id: .completion(id), result: callee).frame()
        }
        // The second callee is gone.
        let greet = Target(service: "Greeter", key: nil, handler: "greet")
        let entries = [call(counter, 1), told(1, 2), call(greet, 3), told(3, 9)]
        try world.commit {
            $0.journal[caller.number] = entries.enumerated().map { index, entry in
                JournalRow(
                    index: index + 1,
                    type: entry.type,
                    payload: entry.payload,
                    appendedAt: QueryWorld.created
                )
            }
        }
        let ofCalls = "FROM sys_journal WHERE entry_type = 'Command: Call' ORDER BY index"
        let first =
            #""invocation_id":"\#(QueryWorld.id(2))","invocation_target":{"VirtualObject":{"name":"Counter","key":"k","#
            + #""handler":"add","handler_ty":"Exclusive","scope":null}}"#
        let second =
            #""invocation_id":"\#(QueryWorld.id(9))","invocation_target":{"Service":{"name":"Greeter","#
            + #""handler":"greet","scope":null}}"#
        #expect(
            try world.column("SELECT entry_lite_json \(ofCalls)") == [
                .text(#"{"Command":{"Call":{\#(first),"invocation_id_completion_id":1,"result_completion_id":2}}}"#),
                .text(#"{"Command":{"Call":{\#(second),"invocation_id_completion_id":3,"result_completion_id":4}}}"#),
            ]
        )
        guard case .text(let whole)? = try world.column("SELECT entry_json \(ofCalls)").first else {
            Issue.record("no entry")
            return
        }
        #expect(
            whole.hasPrefix(#"{"Command":{"Call":{"request":{\#(first),"span_context":{"span_context":{"trace_id":[0,"#)
        )
        #expect(whole.contains(#""completion_retention_duration":{"secs":3600,"nanos":0}"#))
    }

    @Test func aBrokenEntryHidesNoOthers() throws {
        let world = try QueryWorld()
        let invocation = QueryWorld.invocation(1)
        try world.add(invocation, input: [0xff, 0xff, 0xff])
        try world.commit {
            $0.journal[invocation.number] = [
                JournalRow(index: 1, type: 0x9999, payload: [1], appendedAt: QueryWorld.created)
            ]
        }
        #expect(
            try world.query("SELECT name, entry_lite_json, entry_json FROM sys_journal").rows
                == [[.null, .null, .null], [.null, .null, .null]]
        )
    }

    @Test func stateShowsTextAndBytes() throws {
        let world = try QueryWorld()
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 300_000)
        try world.commit { writes in
            let key = ServiceKey(service: "Notebook", key: "nb")
            writes.state[key, default: .init()].values[Array("bin".utf8)] = .some([0xff, 0, 1])
            writes.state[key, default: .init()].values[Array("empty".utf8)] = .some([])
            writes.state[key, default: .init()].values[Array("large".utf8)] = .some(large)
            writes.state[key, default: .init()].values[Array("txt".utf8)] = .some(Array("\"t\"".utf8))
        }
        let sql = """
            SELECT key, key_length, value_utf8, value, value_length FROM state
            WHERE service_name = 'Notebook' AND service_key = 'nb' ORDER BY key
            """
        let expected: [[QueryValue]] = [
            [.text("bin"), .integer(3), .null, .blob([0xff, 0, 1]), .integer(3)],
            [.text("empty"), .integer(5), .text(""), .blob([]), .integer(0)],
            [
                .text("large"), .integer(5), .text(String(decoding: large, as: UTF8.self)), .blob(large),
                .integer(300_000),
            ],
            [.text("txt"), .integer(3), .text("\"t\""), .blob([0x22, 0x74, 0x22]), .integer(3)],
        ]
        #expect(try world.query(sql).rows == expected)
        #expect(try world.column("SELECT key FROM state WHERE service_name = 'none'").isEmpty)
        #expect(
            try world.column("SELECT DISTINCT partition_key FROM state")
                == [.integer(Int64(InvocationID.partitionKey(ofKey: "nb")))]
        )
    }

    @Test func locksAndInboxesNameTheirInvocations() throws {
        let world = try QueryWorld()
        let target = Target(service: "Counter", key: "k", handler: "add")
        let (holder, waiter) = (QueryWorld.invocation(1, target: target), QueryWorld.invocation(2, target: target))
        try world.add(holder, waiter)
        let key = ServiceKey(service: "Counter", key: "k")
        try world.commit {
            $0.locks[key] = .some(holder.number)
            $0.addedInbox = [InboxEntry(key: key, sequence: 9, invocation: waiter.number)]
        }
        #expect(
            try world.query("SELECT * FROM sys_keyed_service_status").rows
                == [[.integer(77), .text("Counter"), .text("k"), .text(QueryWorld.id(1).description)]]
        )
        #expect(
            try world.query("SELECT * FROM sys_inbox WHERE service_key = 'k'").rows
                == [
                    [
                        .integer(77), .text("Counter"), .text("k"), .text(QueryWorld.id(2).description), .integer(9),
                        .null,
                    ]
                ]
        )
    }

    @Test func onlyTheLatestRevisionOfAServiceIsShown() throws {
        let world = try QueryWorld()
        let second = DeploymentID(high: 9, low: 9)
        try world.commit { writes in
            for (id, revision) in [(QueryWorld.deployment, 1), (second, 2)] {
                let greeter = Service(name: "Greeter", type: .service, handlers: [])
                let deployment = Deployment(
                    id: id,
                    address: DeploymentAddress(
                        scheme: "http",
                        authority: "127.0.0.1:\(9000 + revision)",
                        pathAsWritten: "/",
                        query: nil
                    ),
                    mode: .bidiStream,
                    httpVersion: .http2,
                    createdAt: QueryWorld.created,
                    protocolVersions: 5...7,
                    services: [ServiceRevision(service: greeter, revision: revision)]
                )
                writes.catalog.append(.deploymentAdded(deployment))
            }
        }
        #expect(
            try world.query("SELECT * FROM sys_service").rows
                == [[.text("Greeter"), .integer(2), .integer(1), .text("service"), .text(second.description)]]
        )
        #expect(
            try world.query("SELECT * FROM sys_deployment WHERE id = '\(QueryWorld.deployment)'").rows == [
                [
                    .text(QueryWorld.deployment.description), .text("http"), .text("http://127.0.0.1:9001/"),
                    .text("2026-01-02T03:04:05.678Z"), .integer(5), .integer(7), .text(#"["Greeter"]"#),
                ]
            ]
        )
    }

    @Test func theSchemaListsWhatThereIs() throws {
        let world = try QueryWorld()
        let probe = """
            SELECT COUNT(*) FROM information_schema.columns
            WHERE table_name = 'sys_journal' AND column_name IN ('version', 'entry_json', 'appended_at')
            """
        #expect(try world.column(probe) == [.integer(3)])
        #expect(try world.column("SELECT count(*) FROM information_schema.tables") == [.integer(14)])
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        #expect(try world.column(tables) == [.integer(12)])
    }
}
