import ControlProtocol
import Testing

/// One value of every result, written and read back: nothing gets lost, whatever is absent stays so.
@Suite struct OperationCodingTests {
    private static func roundTrip<T: Codable & Equatable>(_ value: T) throws {
        #expect(try ControlCodec.decode(T.self, from: ControlCodec.json(value)) == value)
    }

    private static let time = ControlTime(milliseconds: 1_767_323_045_678)

    @Test func `results are read as they were written`() throws {
        let handler = HandlerDetails(name: "greet", type: "Exclusive", input: "JSON string", output: "none")
        let service = ServiceDetails(
            name: "Greeter",
            revision: 2,
            flavor: .virtualObject,
            deploymentType: .bidiStream,
            deploymentId: "dp_1",
            handlers: [handler]
        )
        let deployment = DeploymentDetails(
            id: "dp_1",
            uri: "http://a/",
            status: .draining,
            type: .requestResponse,
            httpVersion: "HTTP/1.1",
            minProtocolVersion: 5,
            maxProtocolVersion: 7,
            unfinishedInvocations: 3,
            createdAt: Self.time,
            metadata: ["a": "b"],
            services: [service]
        )
        try Self.roundTrip(RegisterDeployment.Result(outcome: .overwritten, deployment: deployment))
        try Self.roundTrip(RemoveDeployment.Result(id: "dp_1", orphanedInvocations: 0))
        var invocation = InvocationDetails(
            id: "inv_1",
            target: "Greeter/a/greet",
            service: "Greeter",
            key: "a",
            handler: "greet",
            flavor: .virtualObject,
            status: .backingOff,
            createdAt: Self.time,
            journal: [JournalEntrySummary(index: 0, type: "Command: Input")]
        )
        invocation.retryCount = 4
        try Self.roundTrip(invocation)
        try Self.roundTrip(
            GetStatus.Result(
                state: .serving,
                processId: 1,
                startedAt: Self.time,
                dataDirectory: "/d",
                deployments: 1,
                services: 2,
                invocations: [.running: 3],
                warnings: ["w"]
            )
        )
        let rows: [[JSONValue]] = [
            [.null, .bool(true), .integer(.min), .integer(.max), .number(1.5), .string("\u{1F600}\u{0}\"")],
            [.array([.integer(1)]), .object(["a": .null])],
        ]
        try Self.roundTrip(RunQuery.Result(columns: [QueryColumn(name: "a")], rows: rows, isTruncated: true))
    }

    @Test func `a summary has these bytes`() throws {
        let summary = InvocationSummary(id: "inv_1", target: "G/h", status: .backingOff, createdAt: Self.time)
        #expect(
            String(decoding: try ControlCodec.json(summary), as: UTF8.self)
                == #"{"createdAt":"2026-01-02T03:04:05.678Z","id":"inv_1","status":"backing-off","target":"G/h"}"#
        )
    }

    @Test(arguments: [
        (#"{"operation":"kill","ids":[]}"#, "ids"),
        (#"{"operation":"kill","ids":[],"filter":{}}"#, "ids"),
        (#"{"operation":"kill","ids":["inv_1"],"filter":{}}"#, "ids"),
        (#"{"operation":"kill"}"#, "ids"),
        (#"{"operation":"kill","filter":{"services":[]}}"#, "filter.services"),
        (#"{"operation":"kill","filter":{"services":["A"],"handlers":[]}}"#, "filter.handlers"),
        (#"{"operation":"kill","filter":{"keys":[]}}"#, "filter.keys"),
        (#"{"operation":"kill","filter":{"deploymentIds":[]}}"#, "filter.deploymentIds"),
        (#"{"operation":"kill","filter":{"statuses":[]}}"#, "filter.statuses"),
        (#"{"operation":"kill","filter":{"services":null}}"#, "filter.services"),
    ])
    func `a batch whose lists are empty is refused by the member and never taken for all`(
        text: String,
        member: String
    ) {
        let payload = Array(#"{"jsonrpc":"2.0","id":1,"method":"invocations.batch","params":\#(text)}"#.utf8)
        let error = #expect(throws: ControlError.self) {
            try ControlRequest(payload: payload).parameters(OperateInvocations.Parameters.self)
        }
        #expect(error?.code == ControlErrorCode.invalidParameters.rawValue)
        #expect(error?.message.contains(member) == true, "\(error?.message ?? "")")
    }

    @Test func `a batch says either the ids or the filter, and of that what it narrows`() throws {
        var named = OperateInvocations.Parameters(operation: .kill)
        named.ids = ["inv_1"]
        try Self.roundTrip(named)
        var selection = InvocationSelection()
        var chosen = OperateInvocations.Parameters(operation: .resume, deployment: "latest")
        chosen.filter = selection
        try Self.roundTrip(chosen)
        selection.services = ["A"]
        selection.handlers = ["h"]
        selection.keys = ["k"]
        selection.deploymentIds = ["dp_1"]
        selection.statuses = [.paused]
        selection.isZombie = true
        chosen.filter = selection
        chosen.cursor = "1-2"
        try Self.roundTrip(chosen)
    }

    @Test func `every method has a name of its own form`() {
        for method in ControlMethod.allCases {
            #expect(method.rawValue.allSatisfy { $0.isLowercase || $0 == "." }, "\(method)")
        }
    }
}
