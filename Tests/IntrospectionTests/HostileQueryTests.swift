import Engine
import Introspection
import Testing

/// Statements that must not run, and those that must come to an end.
struct HostileQueryTests {
    private func repeated(_ text: String, _ count: Int) -> String {
        Array(repeating: text, count: count).joined()
    }

    /// A mark that joins the quote before or after it to one character of text leaves it a quote of SQL.
    @Test(arguments: ["'\u{301}", "\u{601}'", "'\u{200D}", "\r\n'\u{301}'\u{308} OR 1=1 --"])
    func quotesThatAreJoinedToMarksStayInTheirText(text: String) throws {
        let world = try QueryWorld()
        let literal = "'" + text.unicodeScalars.reduce(into: "") { $0 += $1 == "'" ? "''" : String($1) } + "'"
        #expect(try world.column("SELECT \(literal)") == [.text(text)])
    }

    @Test func whatIsNotASelectOverPublicTablesIsRefused() throws {
        let world = try QueryWorld()
        let refused = [
            "", ";", "-- x", "/* x", "SELEC 1", "SELECT 'a", "SELECT 1; SELECT 2", "SELECT 1; nonsense",
            "SELECT \u{0}1",
            "INSERT INTO state (service_name) VALUES ('x')", "DELETE FROM state", "UPDATE state SET key = 'x'",
            "DROP TABLE state", "DROP TABLE invocations", "CREATE TABLE t (a)", "CREATE TEMP TABLE t (a)",
            "CREATE VIEW v AS SELECT 1", "CREATE TEMP VIEW v AS SELECT 1", "CREATE VIRTUAL TABLE v USING fts5(a)",
            "CREATE TEMP TRIGGER t AFTER INSERT ON invocations BEGIN SELECT 1; END", "BEGIN", "COMMIT", "SAVEPOINT s",
            "PRAGMA query_only = 0", "PRAGMA database_list", "SELECT * FROM pragma_database_list", "VACUUM",
            "VACUUM INTO '/tmp/copy'", "ATTACH '/tmp/x.db' AS x", "ATTACH ':memory:' AS x", "DETACH information_schema",
            "REINDEX", "ANALYZE", "INSERT INTO information_schema.tables VALUES (1, 2, 3, 4)",
            "WITH x AS (SELECT 1) DELETE FROM key_state", "SELECT * FROM invocations",
            "SELECT count(*) FROM invocations",
            "SELECT * FROM main.key_state", "SELECT * FROM sqlite_schema", "SELECT * FROM sqlite_master",
            "SELECT * FROM temp.sqlite_master", "SELECT * FROM dbstat", "SELECT * FROM sqlite_stmt",
            "SELECT * FROM bytecode('SELECT 1')", "SELECT load_extension('/tmp/x.so')", "SELECT * FROM nope",
            "SELECT nope FROM sys_service", "SELECT nope(1)", "SELECT fts3_tokenizer('simple')",
            "SELECT rtreecheck('invocations')", "SELECT writefile('/tmp/x', 'y')", "SELECT \"a text\"",
            "SELECT id FROM sys_invocation a JOIN sys_invocation_status b ON a.id = b.id",
            "SELECT * FROM (SELECT * FROM invocations)", "SELECT (SELECT id FROM invocations)",
            "EXPLAIN DELETE FROM key_state", "SELECT 1 WHERE EXISTS (SELECT 1 FROM key_locks)",
        ]
        for sql in refused {
            #expect(throws: QueryError.self, "\(sql)") { try world.query(sql) }
        }
        #expect(try world.column("SELECT 1;") == [.integer(1)])
        #expect(try world.column("SELECT value FROM json_each('[1,2]')") == [.text("1"), .text("2")])
        #expect(try world.column("WITH state AS (SELECT 1) SELECT count(*) FROM state") == [.integer(1)])
    }

    @Test("known fault 44: no caller changes the session that the next one uses")
    func nothingStaysInASession() throws {
        let world = try QueryWorld()
        for sql in ["SET x = 1", "SET TIME ZONE 'UTC'", "PREPARE p AS SELECT 1"] {
            #expect(try world.query(sql) == QueryWorld.Answer(), "\(sql)")
        }
        let attempts = [
            "EXECUTE p", "DEALLOCATE p",
            "PRAGMA case_sensitive_like = 1", "PRAGMA temp_store = FILE", "PRAGMA hard_heap_limit = 1",
            "PRAGMA table_info(state)", "CREATE TEMP TABLE sys_service (name)", "CREATE TEMP VIEW state AS SELECT 1",
            "ATTACH '' AS t", "SAVEPOINT s", "BEGIN IMMEDIATE", "ROLLBACK",
        ]
        for sql in attempts {
            #expect(throws: QueryError.self, "\(sql)") { try world.query(sql) }
            #expect(try world.column("SELECT 'A' LIKE 'a'") == [.integer(0)], "\(sql)")
            #expect(try world.column("SELECT count(*) FROM state") == [.integer(0)], "\(sql)")
        }
    }

    @Test func aRefusalSaysWhatIsAllowed() throws {
        let world = try QueryWorld()
        let texts: [(sql: String, text: String)] = [
            (
                "DELETE FROM key_state",
                "only SELECT is allowed here; nothing can be changed by SQL (line 1, column 1)"
            ),
            ("SELECT 1; SELECT 2", "only one statement at a time is allowed (line 1, column 11)"),
            (";", "there is no statement in the query (line 1, column 1)"),
            ("SELECT é\nFROM 'a", "the text that begins here does not end (line 2, column 6)"),
            (
                "SELECT 1 FROM nope",
                "there is no table nope; there are state, sys_deployment, sys_inbox, sys_invocation, "
                    + "sys_invocation_state, sys_invocation_status, sys_journal, sys_journal_events, "
                    + "sys_keyed_service_status, sys_promise, sys_rules, sys_service (line 1, column 15)"
            ),
            (
                "SELECT * FROM sys_inbox WHERE id = 'x'",
                "'x' is no invocation id; ids look like inv_1 and 33 letters or digits"
            ),
        ]
        for (sql, text) in texts {
            #expect(throws: QueryError.refused(text), "\(sql)") { try world.query(sql) }
        }
    }

    @Test func aMegabyteOfNestingIsRefused() throws {
        let world = try QueryWorld()
        let nested: [(name: String, sql: String)] = [
            ("plus", "SELECT 1" + repeated(" + 1", 250_000)),
            ("or", "SELECT 1 WHERE 1" + repeated(" OR 1", 200_000)),
            ("and", "SELECT 1 WHERE 1" + repeated(" AND 1", 160_000)),
            ("union all", "SELECT 1" + repeated(" UNION ALL SELECT 1", 50_000)),
            ("parentheses", "SELECT " + repeated("(", 500_000) + "1" + repeated(")", 500_000)),
            ("subqueries", "SELECT " + repeated("(SELECT ", 100_000) + "1" + repeated(")", 100_000)),
            ("from", "SELECT 1 FROM " + repeated("(SELECT * FROM ", 60_000) + "sys_service" + repeated(")", 60_000)),
            ("not", "SELECT " + repeated("NOT ", 250_000) + "1"),
            ("minus", "SELECT " + repeated("- ", 500_000) + "1"),
            ("case", "SELECT " + repeated("CASE WHEN 1 THEN ", 50_000) + "1" + repeated(" END", 50_000)),
            ("with", "WITH a AS (SELECT 1)" + (0..<3_000).map { ", a\($0) AS (SELECT 1)" }.joined() + " SELECT 1, ("),
            ("columns", "SELECT 1" + repeated(", 1", 300_000)),
            ("in", "SELECT 1 WHERE 1 IN (1" + repeated(", 1 + 1", 130_000)),
            ("too long", "SELECT '" + repeated("x", 1 << 20) + "'"),
            ("joins", "SELECT 1 FROM sys_service" + repeated(", sys_service", 70_000)),
        ]
        for (name, sql) in nested {
            #expect(throws: QueryError.self, "\(name)") { try world.query(sql, deadlineMilliseconds: 2_000) }
        }
        #expect(try world.column("SELECT 1") == [.integer(1)])
    }

    @Test func whatHasNoEndIsStoppedAtItsDeadline() throws {
        let world = try QueryWorld()
        let count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
        let columns = "information_schema.columns"
        let endless = [
            "\(count) SELECT count(*) FROM c",
            "\(count) SELECT n FROM c WHERE n < 0",
            "SELECT count(*) FROM \(columns) a, \(columns) b, \(columns) c, \(columns) d",
        ]
        for sql in endless {
            #expect(throws: QueryError.timeout(milliseconds: 50), "\(sql)") {
                try world.query(sql, deadlineMilliseconds: 50)
            }
        }
    }

    @Test func whatIsTooLongIsRefused() throws {
        var limits = QueryLimits()
        limits.answerBytesMax = 1 << 16
        let world = try QueryWorld(limits: limits)
        let count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 100000)"
        let long = [
            "SELECT zeroblob(1000000000)",
            "SELECT length(replace(hex(zeroblob(50000)), '0', hex(zeroblob(5000))))",
            "\(count) SELECT group_concat(hex(zeroblob(100000))) FROM c", "\(count) SELECT n FROM c",
            "SELECT 'x' LIKE '\(repeated("%a", 2_000))'",
        ]
        for sql in long {
            #expect(throws: QueryError.self, "\(sql)") { try world.query(sql) }
        }
        #expect(try world.column("SELECT 1") == [.integer(1)])
    }

    @Test func rowsBeyondTheLimitAreCutOff() throws {
        let world = try QueryWorld()
        let sql = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 10) SELECT n FROM c"
        #expect(try world.query(sql, rowsMax: 3).rows.count == 3)
        #expect(try world.query(sql, rowsMax: 3).isTruncated)
        #expect(try !world.query(sql, rowsMax: 10).isTruncated)
        #expect(try world.query(sql, rowsMax: 0).rows.isEmpty)
    }

    @Test func aQueryNobodyWaitsForIsStopped() throws {
        let world = try QueryWorld()
        #expect(throws: QueryError.cancelled) {
            _ = try world.session.run(
                "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c",
                deadlineMilliseconds: 60_000,
                isCancelled: { true },
                columns: { _ in },
                row: { _ in }
            )
        }
    }

    @Test func theWriterIsNotHeldUpByAReader() throws {
        let world = try QueryWorld()
        try world.add(QueryWorld.invocation(1), QueryWorld.invocation(2))
        var seen = 0
        _ = try world.session.run(
            "SELECT id FROM sys_invocation",
            deadlineMilliseconds: 20_000,
            columns: { _ in },
            row: { _ in
                seen += 1
                // The reader keeps to the state it began with.
                #expect(throws: Never.self) { try world.add(QueryWorld.invocation(Int64(10 + seen))) }
            }
        )
        #expect(seen == 2)
        #expect(try world.column("SELECT count(*) FROM sys_invocation") == [.integer(4)])
    }
}
