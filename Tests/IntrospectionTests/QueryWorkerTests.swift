import ControlProtocol
import Engine
import Glibc
import Introspection
import Registry
import Store
import Synchronization
import Testing

/// What a worker answers over its socket.
struct QueryWorkerTests {
    private func text(_ answers: [ControlAnswer?]) throws -> String {
        String(decoding: try QueryPeer.rendered(answers), as: UTF8.self)
    }

    @Test func jsonAnswersAreTheBodyOfAnAnswer() throws {
        let world = try QueryWorld()
        try world.add(QueryWorld.invocation(1, status: .suspended))
        let peer = try QueryPeer(directory: world.directory)
        let cases: [(sql: String, body: String)] = [
            ("SELECT 1 AS one", #"{"rows":[{"one":1}]}"#),
            ("SELECT id FROM sys_inbox", #"{"rows":[]}"#),
            (
                "SELECT 1.5 AS f, 1.0 AS whole, NULL AS n, 'a\"\n' AS s, x'ff00' AS b, 9223372036854775807 AS i",
                #"{"rows":[{"f":1.5,"whole":1.0,"s":"a\"\n","b":"ff00","i":9223372036854775807}]}"#
            ),
            ("SELECT 1 AS a, 2 AS a", #"{"rows":[{"a":2}]}"#),
            ("SELECT 9e999 AS a, -9e999 AS b", #"{"rows":[{"a":null,"b":null}]}"#),
            (
                "SELECT journal_retention, created_at, key FROM sys_invocation LEFT JOIN state ON 0",
                #"{"rows":[{"journal_retention":"PT864000000S","created_at":"2026-01-02T03:04:05.678Z"}]}"#
            ),
        ]
        for (sql, body) in cases {
            #expect(try text(try peer.ask(sql, .json)) == body, "\(sql)")
        }
    }

    @Test func typedCellsAreRenderedByTheirColumns() throws {
        let world = try QueryWorld()
        var invocation = QueryWorld.invocation(1, status: .running)
        invocation.attempt.retryCount = 1
        try world.add(invocation)
        let peer = try QueryPeer(directory: world.directory)
        #expect(
            try text(try peer.ask("SELECT in_flight, partition_key FROM sys_invocation_state", .json))
                == #"{"rows":[{"in_flight":true,"partition_key":77}]}"#
        )
        let answers = try peer.ask("SELECT in_flight, partition_key + 1 AS next, id FROM sys_invocation_state", .values)
        guard case .notification(let method, let payload)? = answers.first ?? nil else {
            Issue.record("no batch")
            return
        }
        let batch = try payload.parameters(QueryWorker.Batch.self)
        #expect(method == QueryWorker.batchMethod)
        #expect(
            batch.columns == [
                QueryColumn(name: "in_flight", type: "Boolean"), QueryColumn(name: "next", type: "Int64"),
                QueryColumn(name: "id", type: "Utf8"),
            ]
        )
        #expect(batch.rows == [[.bool(true), .integer(78), .string(QueryWorld.id(1).description)]])
        #expect(try QueryPeer.summary(answers) == QueryWorker.Summary(rows: 1, isTruncated: false))
    }

    @Test func longAnswersComeInManyBatches() throws {
        let world = try QueryWorld()
        let peer = try QueryPeer(directory: world.directory)
        let sql = """
            WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 20000)
            SELECT n, 'größer' AS word FROM c
            """
        for format in QueryWorker.Format.allCases {
            let answers = try peer.ask(sql, rowsMax: 15_000, format)
            #expect(answers.count > 3)
            #expect(try QueryPeer.summary(answers) == QueryWorker.Summary(rows: 15_000, isTruncated: true))
        }
    }

    @Test func aLongValueIsCutBetweenCharacters() throws {
        let world = try QueryWorld()
        let peer = try QueryPeer(directory: world.directory)
        let answers = try peer.ask("SELECT replace(hex(zeroblob(600000)), '0', 'é') AS x", .json)
        #expect(try text(answers) == #"{"rows":[{"x":""# + String(repeating: "é", count: 1_200_000) + #""}]}"#)
    }

    @Test func everyRequestIsAnsweredAndTheNextOneServed() throws {
        let world = try QueryWorld()
        let peer = try QueryPeer(directory: world.directory)
        let refused = ["DELETE FROM state", "nonsense", "SELECT * FROM invocations"]
        for sql in refused {
            guard case .failure(_, let error)? = try peer.ask(sql, .json).last ?? nil else {
                Issue.record("\(sql) was not refused")
                continue
            }
            #expect(error.code == ControlErrorCode.queryRefused.rawValue)
        }
        peer.send(try ControlCodec.request(id: .number(2), method: "nonsense", ["a": 1]))
        guard case .failure(_, let error)? = try peer.answers().last ?? nil else {
            Issue.record("an unknown method was not refused")
            return
        }
        #expect(error.code == ControlErrorCode.methodNotFound.rawValue)
        #expect(try text(try peer.ask("SELECT 1 AS one", .json)) == #"{"rows":[{"one":1}]}"#)
    }

    @Test func aFrameThatIsNoneEndsTheWorker() throws {
        let world = try QueryWorld()
        for bytes in [[0xff, 0xff, 0xff, 0xff], [0, 0, 0, 2, 0x7b, 0x7b], [0, 0, 0, 2, 0x5b, 0x5d]] as [[UInt8]] {
            let peer = try QueryPeer(directory: world.directory)
            peer.send(bytes)
            let first = try peer.answers()
            guard case .failure? = first.first ?? nil else {
                Issue.record("no error for \(bytes)")
                continue
            }
            #expect(try peer.answers().last.map { $0 == nil } == true)
        }
    }

    @Test func aDirectoryWithoutADatabaseIsSaidSo() throws {
        let peer = try QueryPeer(directory: "/nonexistent")
        guard case .failure(_, let error)? = try peer.ask("SELECT 1", .json).last ?? nil else {
            Issue.record("it was not refused")
            return
        }
        #expect(error.code == ControlErrorCode.queryUnavailable.rawValue)
    }
}
