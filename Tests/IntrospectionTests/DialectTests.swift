import DurableModel
import Engine
import Introspection
import Registry
import ServiceProtocol
import Testing

/// What statements of the dialect mean.
struct DialectTests {
    /// Four invocations of two services, a second apart.
    private func world() throws -> QueryWorld {
        let world = try QueryWorld()
        let rows: [(Int64, Target, InvocationStatus)] = [
            (1, Target(service: "Cart", key: "k1", handler: "add"), .running),
            (2, Target(service: "Cart", key: "k1", handler: "add"), .inboxed),
            (3, Target(service: "Cart", key: "k2", handler: "clear"), .inboxed),
            (4, Target(service: "Echo", key: nil, handler: "echo"), .completed),
        ]
        for (number, target, status) in rows {
            var invocation = QueryWorld.invocation(
                number,
                status: status,
                target: target,
                createdAt: QueryWorld.created.adding(.seconds(number))
            )
            if status == .completed { invocation.completedAt = QueryWorld.created }
            if status == .running { invocation.attempt.retryCount = 3 }
            try world.add(invocation)
        }
        return world
    }

    private func id(_ number: Int64) -> String { QueryWorld.id(number).description }

    /// The body of an answer in JSON.
    private func body(_ sql: String, in world: QueryWorld) throws -> String {
        let answers = try QueryPeer(directory: world.directory).ask(sql, .json)
        if case .failure(_, let error)? = answers.last ?? nil { return error.message }
        return String(decoding: try QueryPeer.rendered(answers), as: UTF8.self)
    }

    private func expect(_ cases: [(sql: String, rows: String)]) throws {
        let world = try world()
        for (sql, rows) in cases {
            let body = try body(sql, in: world)
            #expect(body == #"{"rows":["# + rows + "]}", "\(sql)")
        }
    }

    @Test func columnsWithoutANameAreCalledByTheirExpression() throws {
        try expect([
            ("SELECT COUNT(1), count(*) FROM sys_rules", #"{"count(Int64(1))":0,"count(*)":0}"#),
            (
                "SELECT 1+1, 'a' || 'b', upper('x')",
                #"{"Int64(1) + Int64(1)":2,"Utf8(\"a\") || Utf8(\"b\")":"ab","upper(Utf8(\"x\"))":"X"}"#
            ),
            ("VALUES (1,'a')", #"{"column1":1,"column2":"a"}"#),
            ("SELECT (1+2)*3", #"{"(Int64(1) + Int64(2)) * Int64(3)":9}"#),
            ("SELECT sum(retry_count) FROM sys_invocation", #"{"sum(sys_invocation.retry_count)":3}"#),
        ])
    }

    @Test func literalsHaveTheTypesOfDataFusion() throws {
        try expect([
            (
                """
                SELECT 1.5 as f, true as b, null as n, 9223372036854775807 as i, 18446744073709551615 as u, 'x' as s,
                to_timestamp('2026-01-02T03:04:05.678Z') as t, interval '1' hour as iv, arrow_typeof(1.5) as ty,
                1.0 as whole, cast(1 as smallint) as sm, [1,2] as l, date '2026-01-02' as d
                """,
                #"{"f":1.5,"b":true,"i":9223372036854775807,"u":18446744073709551615,"s":"x","#
                    + #""t":"2026-01-02T03:04:05.678","iv":"1 hours","ty":"Float64","whole":1.0,"sm":1,"l":[1,2],"#
                    + #""d":"2026-01-02"}"#
            ),
            (
                "SELECT '7'::int + 1 AS a, '1.5'::double AS b, 3::text AS c, true::text AS d, x'ff' AS e",
                #"{"a":8,"b":1.5,"c":"3","d":"true","e":"ff"}"#
            ),
            ("SELECT 7 / 2 AS a, 7 % 2 AS b, 7 / 2.0 AS c, -7 AS d", #"{"a":3,"b":1,"c":3.5,"d":-7}"#),
            (
                "SELECT NULL IS NULL AS a, 1 IS DISTINCT FROM NULL AS b, NOT true AS c, 1 IN (2, 3) AS d",
                #"{"a":true,"b":true,"c":false,"d":false}"#
            ),
        ])
    }

    @Test func numbersBeyondWhatIsStoredCompareAsNumbers() throws {
        try expect([
            (
                "SELECT count(1) AS c FROM sys_invocation_status WHERE partition_key <= 18446744073709551615",
                #"{"c":4}"#
            ),
            (
                "SELECT count(1) AS c FROM sys_invocation_status WHERE partition_key BETWEEN 0 AND 18446744073709551615",
                #"{"c":4}"#
            ),
            ("SELECT count(1) AS c FROM sys_invocation_status WHERE partition_key >= 9223372036854775808", #"{"c":0}"#),
            ("SELECT 18446744073709551615 - 1 > 9223372036854775807 AS a", #"{"a":true}"#),
            ("SELECT max(-journal_size) AS a FROM sys_invocation WHERE journal_size = 1", #"{"a":-1}"#),
        ])
    }

    @Test func placesBeforeATextHoldNothing() throws {
        try expect([
            (
                "SELECT substr('abc', -1) AS a, substr('abc', -1, 3) AS b, substr('abc', 0, 2) AS c, substr('abc', 2) AS d",
                #"{"a":"abc","b":"a","c":"a","d":"bc"}"#
            ),
            (
                "SELECT substr('abc', 2, 1) AS a, substr('abc', 5) AS b, substr('abc', -5, 2) AS c",
                #"{"a":"b","b":"","c":""}"#
            ),
        ])
    }

    @Test func timesCompareAndShiftAsTimes() throws {
        try expect([
            ("SELECT count(1) AS c FROM sys_invocation WHERE created_at > '2020-01-01T00:00:00Z'", #"{"c":4}"#),
            ("SELECT count(1) AS c FROM sys_invocation WHERE created_at > '2026-01-02 03:04:08'", #"{"c":2}"#),
            ("SELECT count(1) AS c FROM sys_invocation WHERE completion_retention > interval '1' hour", #"{"c":4}"#),
            (
                "SELECT count(1) AS c FROM sys_invocation WHERE to_timestamp(modified_at) <= now() - interval '1 hour'",
                #"{"c":4}"#
            ),
            (
                "SELECT max(created_at) - min(created_at) AS d, max(created_at) + interval '1' month AS m FROM sys_invocation",
                #"{"d":"PT3S","m":"2026-02-02T03:04:09.678Z"}"#
            ),
            (
                """
                SELECT date_trunc('month', created_at) AS m, extract(dow from created_at) AS w,
                date_part('hour', created_at) AS h, created_at::date AS d, created_at::text AS t
                FROM sys_invocation ORDER BY id LIMIT 1
                """,
                #"{"m":"2026-01-01T00:00:00.000Z","w":5,"h":3,"d":"2026-01-02","t":"2026-01-02T03:04:06.678Z"}"#
            ),
            ("SELECT date '2024-01-31' + interval '1' month AS d", #"{"d":"2024-02-29T00:00:00.000"}"#),
        ])
    }

    @Test func aggregatesTakeAnOrder() throws {
        try expect([
            (
                """
                SELECT target_service_name, target_handler_name, 'pending' as status, COUNT(1) as c,
                MIN(created_at) as oldest_at, FIRST_VALUE(id ORDER BY created_at ASC) as oldest
                FROM sys_invocation_status WHERE status == 'inboxed' AND target_service_name IN ('Cart','Echo')
                GROUP BY target_service_name, target_handler_name ORDER BY target_handler_name
                """,
                #"{"target_service_name":"Cart","target_handler_name":"add","status":"pending","c":1,"#
                    + #""oldest_at":"2026-01-02T03:04:07.678Z","oldest":"\#(id(2))"},"#
                    + #"{"target_service_name":"Cart","target_handler_name":"clear","status":"pending","c":1,"#
                    + #""oldest_at":"2026-01-02T03:04:08.678Z","oldest":"\#(id(3))"}"#
            ),
            (
                """
                SELECT first_value(id ORDER BY created_at DESC) AS last, last_value(id ORDER BY created_at) AS same,
                array_agg(target_service_key ORDER BY target_service_key DESC, id) AS keys,
                string_agg(target_handler_name, '+' ORDER BY id DESC) AS names FROM sys_invocation
                """,
                #"{"last":"\#(id(4))","same":"\#(id(4))","keys":[null,"k2","k1","k1"],"names":"echo+clear+add+add"}"#
            ),
            (
                "SELECT count(DISTINCT target_service_key) AS k, count(*) FILTER (WHERE status = 'pending') AS p FROM sys_invocation",
                #"{"k":2,"p":2}"#
            ),
            (
                """
                SELECT target_service_name AS s, row_number() over (partition by target_service_name order by id) AS n
                FROM sys_invocation ORDER BY s, n LIMIT 2
                """,
                #"{"s":"Cart","n":1},{"s":"Cart","n":2}"#
            ),
            ("SELECT 1 AS x FROM sys_invocation HAVING count(*) > 3", #"{"x":1}"#),
        ])
    }

    @Test func namesReachWhereDataFusionLetsThem() throws {
        try expect([
            (
                "SELECT COUNT(1) FROM (SELECT * FROM sys_invocation inv LIMIT 50000) WHERE inv.status != 'completed'",
                #"{"count(Int64(1))":3}"#
            ),
            ("SELECT count(1) AS c FROM (SELECT * FROM sys_invocation inv LIMIT 2)", #"{"c":2}"#),
            ("SELECT TARGET AS T FROM SYS_INVOCATION WHERE ID = '\(id(4))'", #"{"t":"Echo/echo"}"#),
            (#"SELECT target AS "T" FROM restate.public.sys_invocation WHERE id = '\#(id(4))'"#, #"{"T":"Echo/echo"}"#),
            (
                "SELECT target_service_name AS service, count(1) AS n FROM sys_invocation GROUP BY service ORDER BY n DESC",
                #"{"service":"Cart","n":3},{"service":"Echo","n":1}"#
            ),
            (
                """
                SELECT inv.id, dp.id IS NOT NULL as pinned_deployment_exists FROM sys_invocation inv
                LEFT JOIN sys_deployment dp ON dp.id = inv.pinned_deployment_id
                WHERE inv.id in ('\(id(4))', '\(id(1))') ORDER BY inv.created_at DESC
                """,
                #"{"id":"\#(id(4))","pinned_deployment_exists":false},{"id":"\#(id(1))","pinned_deployment_exists":false}"#
            ),
            (
                "SELECT a.id FROM sys_invocation a JOIN sys_invocation_status b USING (id) WHERE b.status = 'completed'",
                #"{"id":"\#(id(4))"}"#
            ),
            (
                "WITH x AS (SELECT target_service_key k FROM sys_invocation) SELECT DISTINCT k FROM x ORDER BY k",
                #"{"k":"k1"},{"k":"k2"},{}"#
            ),
            (
                "SELECT 1 AS a UNION ALL SELECT 2 UNION ALL (SELECT 3 AS b LIMIT 1) ORDER BY a DESC LIMIT 2",
                #"{"a":3},{"a":2}"#
            ),
            (
                "SELECT id FROM sys_invocation inv WHERE EXISTS (SELECT 1 FROM sys_invocation o WHERE o.retry_count = 3 AND o.id = inv.id)",
                #"{"id":"\#(id(1))"}"#
            ),
            (
                "SELECT index FROM sys_journal sj WHERE sj.id = '\(id(1))' ORDER BY index DESC LIMIT 100",
                ""
            ),
        ])
    }

    @Test func nullsComeLastAndFirstWhenDescending() throws {
        let key = "SELECT DISTINCT target_service_key AS k FROM sys_invocation ORDER BY k"
        try expect([
            (key, #"{"k":"k1"},{"k":"k2"},{}"#), (key + " DESC", #"{},{"k":"k2"},{"k":"k1"}"#),
            (key + " NULLS FIRST", #"{},{"k":"k1"},{"k":"k2"}"#),
            (key + " DESC NULLS LAST", #"{"k":"k2"},{"k":"k1"},{}"#),
        ])
    }

    @Test func patternsAreExactAboutLetters() throws {
        let matches: [(expression: String, value: Bool)] = [
            ("'Echo' LIKE 'E%'", true), ("'Echo' LIKE 'e%'", false), ("'Echo' ILIKE 'e%'", true),
            ("'Echo' NOT LIKE '_cho'", false), ("'a%b' LIKE 'a\\%b'", true), ("'axb' LIKE 'a\\%b'", false),
            ("'Greeter/k/x' LIKE 'Greeter/%/x'", true), ("'' LIKE '%'", true), ("'ab' LIKE 'a'", false),
            ("'Napper' ~ '^Nap'", true), ("'Napper' ~ '^ap'", false), ("'Napper' ~* '^nAP+ER$'", true),
            ("'Napper' !~ 'x|y'", true), ("'a1b22' ~ '^[a-c]\\d[^x]2{2}$'", true), ("'abab' ~ '^(ab)+$'", true),
            ("'aaaa' ~ '^(a|aa)+$'", true), ("'b' ~ '^a?b*$'", true), ("'é' ~ '^.$'", true),
        ]
        let world = try QueryWorld()
        for (expression, value) in matches {
            #expect(try world.column("SELECT \(expression)") == [.integer(value ? 1 : 0)], "\(expression)")
        }
        for pattern in ["(", "a**", "[", "a{2,1}", "\\q", "+", "(?=a)", "a{1000}"] {
            #expect(throws: QueryError.self, "\(pattern)") { try world.column("SELECT 'a' ~ '\(pattern)'") }
        }
    }

    @Test func tablesAreListed() throws {
        try expect([
            (
                "SHOW COLUMNS FROM sys_keyed_service_status",
                ["partition_key", "service_name", "service_key", "invocation_id"].map {
                    #"{"table_catalog":"restate","table_schema":"public","table_name":"sys_keyed_service_status","#
                        + #""column_name":"\#($0)","data_type":"\#($0 == "partition_key" ? "UInt64" : "LargeUtf8")","#
                        + #""is_nullable":"YES"}"#
                }.joined(separator: ",")
            ),
            (
                "SELECT table_name, column_name FROM information_schema.columns WHERE is_nullable = 'NO' AND table_schema = 'public'",
                #"{"table_name":"sys_invocation","column_name":"status"}"#
            ),
            (
                "SELECT arrow_typeof(created_at) a, arrow_typeof(completion_retention) b, arrow_typeof(id) c, "
                    + "arrow_typeof(suspended_waiting_for_signals) d FROM sys_invocation LIMIT 1",
                #"{"a":"Timestamp(ms, \"+00:00\")","b":"Duration(ms)","c":"LargeUtf8","d":"List(UInt32)"}"#
            ),
        ])
        let world = try world()
        #expect(try world.query("SHOW TABLES;").rows.count == 14)
        #expect(
            try world.query("DESCRIBE sys_inbox").columns.map(\.name) == ["column_name", "data_type", "is_nullable"]
        )
        #expect(try world.query("EXPLAIN SELECT 1").columns.map(\.name) == ["plan_type", "plan"])
    }

    @Test func whatIsWrongIsSaidWithItsPlace() throws {
        let world = try world()
        let refused: [(sql: String, place: String)] = [
            ("SELEC 1", "(line 1, column 1)"), ("SELECT 'a", "(line 1, column 8)"),
            ("SELECT 1 +", "(line 1, column 11)"),
            ("SELECT nope FROM sys_service", "(line 1, column 8)"),
            ("SELECT x.name FROM sys_service", "(line 1, column 8)"),
            ("SELECT \"NAME\" FROM sys_service", "(line 1, column 8)"), ("SELECT nope(1)", "(line 1, column 8)"),
            ("SELECT name FROM sys_service\nWHERE revision = 'x'", "(line 2, column 7)"),
            ("SELECT name, count(1) FROM sys_service", "(line 1, column 8)"),
            ("SELECT id FROM sys_inbox i, sys_journal j", "(line 1, column 8)"),
            ("SELECT count(1) FROM sys_service WHERE count(1) > 1", "(line 1, column 40)"),
            ("SELECT sum(count(1)) FROM sys_service", "(line 1, column 8)"),
            ("SELECT created_at + 1 FROM sys_inbox", "(line 1, column 8)"),
            ("SELECT 1 UNION SELECT 1, 2", "(line 1, column 16)"),
            ("SELECT * FROM state, state", "(line 1, column 22)"),
            ("SELECT id FROM sys_invocation WHERE created_at > 'soon'", "(line 1, column 37)"),
            ("SELECT * FROM unnest([1])", "(line 1, column 15)"),
            ("SELECT DISTINCT ON (name) name FROM sys_service", "(line 1, column 17)"),
            ("SELECT 1 FROM state NATURAL JOIN sys_inbox", "(line 1, column 21)"),
            ("SELECT 1 ORDER BY 2", "(line 1, column 19)"), ("SELECT $1", "(line 1, column 8)"),
            ("BEGIN", "(line 1, column 1)"),
            ("INSERT INTO state (service_name) VALUES ('x')", "(line 1, column 1)"),
            ("SELECT 1 LIMIT x", "(line 1, column 16)"),
            ("SELECT id FROM sys_invocation WHERE target LIKE 'O'Brien/%'", "(line 1, column 59)"),
        ]
        for (sql, place) in refused {
            #expect(throws: QueryError.self, "\(sql)") {
                do throws(QueryError) {
                    _ = try world.query(sql)
                } catch {
                    #expect(error.description.hasSuffix(place), "\(sql): \(error)")
                    throw error
                }
            }
        }
        for sql in [
            "SELECT 1/0", "SELECT cast('x' as int)", "SELECT cast(300 as tinyint)", "SELECT 9223372036854775807 + 1",
        ] {
            #expect(throws: QueryError.self, "\(sql)") { try world.query(sql) }
        }
    }

    @Test func whatWouldGrowWithoutBoundIsRefused() throws {
        let world = try QueryWorld()
        let parts: [(name: String, before: String, after: String)] = [
            ("greatest", "greatest(", ", 1, 2, 3, 4, 5, 6, 7)"), ("right", "right(", ", 1)"),
            ("case", "CASE ", " WHEN 1 THEN 2 WHEN 2 THEN 3 END"),
            ("between", "(", " BETWEEN 1 AND 2)"),
        ]
        for (name, before, after) in parts {
            let sql = "SELECT " + String(repeating: before, count: 40) + "'1'" + String(repeating: after, count: 40)
            #expect(throws: QueryError.self, "\(name)") { try world.query(sql) }
        }
        #expect(try world.query("SELECT greatest(1, NULL, 3), least(NULL, 2, 5)").rows == [[.integer(3), .integer(2)]])
    }

    @Test func manyConditionsAndIdsAreNoTrouble() throws {
        let world = try world()
        let ids = (0..<2_000).map { _ in "'\(id(1))'" }.joined(separator: ", ")
        #expect(try world.column("SELECT count(*) FROM sys_invocation WHERE id IN (\(ids))") == [.integer(1)])
        let either = (0..<1_000).map { "target_service_key = 'k\($0)'" }.joined(separator: " OR ")
        #expect(try world.column("SELECT count(*) FROM sys_invocation WHERE \(either)") == [.integer(3)])
    }
}
