import ControlProtocol
import DurableModel
import Engine
import FoundationEssentials
import GoldenRecordings
import Introspection
import ServiceProtocol
import Testing

/// Answers as Arrow streams, read back.
struct ArrowStreamTests {
    private func stream(_ world: QueryWorld, _ sql: String) throws -> [UInt8] {
        let peer = try QueryPeer(directory: world.directory)
        let answers = try peer.ask(sql, .arrow)
        _ = try #require(try QueryPeer.summary(answers), "\(sql) was refused")
        return try QueryPeer.rendered(answers)
    }

    @Test func theTypesOfTheTablesAreThoseOfTheReference() throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(1, status: .suspended)
        invocation.awaiting = Awaiting(combinator: .firstCompleted, leaves: [.completion(3), .signal(17)])
        try world.add(invocation, QueryWorld.invocation(2), input: [1])
        let read = try ArrowReader(
            try stream(
                world,
                """
                SELECT id, created_at, completion_retention, journal_size, suspended_waiting_for_signals, completed_at,
                pinned_service_protocol_version, retry_count FROM sys_invocation ORDER BY id
                """
            )
        )
        #expect(
            read.fields.map(\.type) == [
                "LargeUtf8", "Timestamp(ms, \"+00:00\")", "Duration(ms)", "UInt32", "List(UInt32)",
                "Timestamp(ms, \"+00:00\")", "UInt32", "UInt64",
            ]
        )
        #expect(read.fields[4].children == [.init(name: "item", type: "UInt32", isNullable: true)])
        #expect(
            read.rows.map { Array($0[0...1]) }
                == [1, 2].map {
                    [.text(QueryWorld.id($0).description), .integer(QueryWorld.created.milliseconds)]
                }
        )
        #expect(read.rows.map { $0[4] } == [.list([.unsigned(17)]), .null])
        #expect(read.rows.map { $0[5] } == [.null, .null])
        let raw = try ArrowReader(try stream(world, "SELECT partition_key, raw FROM sys_journal ORDER BY id"))
        #expect(raw.fields.map(\.type) == ["UInt64", "LargeBinary"])
        #expect(raw.rows == [[.unsigned(77), .blob([1])], [.unsigned(77), .blob([1])]])
        let flags = try ArrowReader(try stream(world, "SELECT in_flight FROM sys_invocation_state"))
        #expect(flags.fields.map(\.type) == ["Boolean"])
        #expect(flags.rows == [[.flag(true)]])
    }

    @Test func aCountIsANumberOf64Bits() throws {
        let world = try QueryWorld()
        for sql in ["SELECT COUNT(1) AS n FROM sys_service", "SELECT count(*) AS n FROM sys_invocation"] {
            let read = try ArrowReader(try stream(world, sql))
            #expect(read.fields.map(\.type) == ["Int64"])
            #expect(read.rows == [[.integer(0)]])
        }
    }

    @Test func anAnswerWithoutRowsHasItsSchemaOnly() throws {
        let read = try ArrowReader(try stream(try QueryWorld(), "SELECT id, created_at FROM sys_invocation"))
        #expect(read.fields.map(\.name) == ["id", "created_at"])
        #expect(read.batches.isEmpty)
    }

    @Test func manyRowsComeInBatches() throws {
        let read = try ArrowReader(
            try stream(
                try QueryWorld(),
                """
                WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10000)
                SELECT n, 'größer' AS word, CASE WHEN n = 7 THEN 1.5 END AS x FROM c
                """
            )
        )
        #expect(read.batches.map(\.count) == [4096, 4096, 1808])
        #expect(read.rows.map { $0[0] } == (1...10000).map { .integer($0) })
        #expect(read.rows.allSatisfy { $0[1] == .text("größer") })
        #expect(read.rows.filter { $0[2] != .null }.map { $0[2] } == [.real(1.5)])
    }

    @Test func aLongValueIsPassedOnInPieces() throws {
        let read = try ArrowReader(
            try stream(try QueryWorld(), "SELECT replace(hex(zeroblob(600000)), '0', 'é') AS x")
        )
        #expect(read.rows == [[.text(String(repeating: "é", count: 1_200_000))]])
    }

    // The recordings lie beside the repository and are not always there.
    @Test(.enabled(if: GoldenRecordings.has("sql.jsonl")))
    func theReaderReadsWhatWasRecorded() throws {
        struct Row: Decodable {
            struct Response: Decodable { var body_base64: String? }
            var response: Response
        }
        var schemas: Set<String> = []
        for line in try GoldenRecordings.lines("sql.jsonl") {
            guard let row = try? JSONDecoder().decode(Row.self, from: Data(line.utf8)),
                let body = row.response.body_base64.flatMap({ Data(base64Encoded: $0) }), body.first == 0xff
            else { continue }
            schemas.formUnion(try ArrowReader(Array(body)).fields.map { "\($0.name) \($0.type)" })
        }
        #expect(schemas.isSuperset(of: ["one Int64", "inv_count Int64"]))
    }
}
