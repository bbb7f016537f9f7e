import Glibc
import Introspection
import Store

extension FuzzTarget {
    /// Statements of the SQL dialect.
    static let sql = FuzzTarget(
        name: "sql",
        examples: Recordings.statements
            + texts([
                "SELECT id, count(*) FROM sys_invocation i WHERE status IN ('running', 'ready') GROUP BY 1 HAVING count(*) > 1",
                "WITH a AS (SELECT 1 AS x UNION ALL SELECT 2) SELECT a.x, sum(x) OVER (ORDER BY x) FROM a LEFT JOIN a b USING (x)",
                "select case when x is null then -1 else cast(x as int) end from (values (1), (null)) t(x) order by 1 limit 1",
                "explain select date_trunc('hour', created_at), now() - interval '1 day' from sys_journal where name like 'a_%'",
                "select not exists (select 1 from state where service_name ~ '^a' and key between 'a' and 'b')",
                "select '''\u{301}', '\u{601}''', \"a\u{301}\"", "show tables; ", "describe sys_service",
                "select 'it''s', \"Q\", e'x', $1, ?, /* c */ 1 -- end",
            ]),
        words: texts([
            "(", ")", "((((((((((", ",", "'", "\"", "+", "-", "*", "/", "::", " and ", " or ", " not ", " in (",
            " union all ",
            " select ", " from ", " join ", "1e999", "99999999999999999999", ";", "--", "/*", "case when ", "cast(",
            " over (", "'\u{301}", "\u{601}'",
        ]),
        read: { bytes, _ in
            guard let session = EmptyDatabase.session else { return "there is no database to ask" }
            do throws(QueryError) {
                _ = try session.run(
                    String(decoding: bytes, as: UTF8.self),
                    rowsMax: 100,
                    deadlineMilliseconds: 50,
                    columns: { _ throws(QueryError) in },
                    row: { _ throws(QueryError) in }
                )
            } catch {
                switch error {
                case .unavailable(let text): return text
                case .refused(let text) where isMistranslation(text): return "what SQLite is asked is no SQL: \(text)"
                case .refused, .timeout, .tooLarge, .cancelled: return nil
                }
            }
            return nil
        }
    )

    /// Whether SQLite says that it does not understand a statement: what is not understood, the dialect has to refuse itself.
    private static func isMistranslation(_ text: String) -> Bool {
        text.hasSuffix(": syntax error") || text.hasPrefix("unrecognized token") || text.hasPrefix("no such ")
    }
}

/// A database without rows, which lasts as long as the process.
private enum EmptyDatabase {
    // One input is read at a time, by one thread: the test's suite is serialized, the fuzzer has no other.
    nonisolated(unsafe) static let session: QuerySession? = try? open()

    private static func open() throws -> QuerySession {
        var template = Array("/tmp/perdure-fuzz-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw QueryError.unavailable("there is no directory for a database")
        }
        let directory = String(cString: made)
        // What is open can be read on: the directory need not stay.
        defer {
            for name in ["perdure.db", "perdure.db-wal", "perdure.db-shm", "perdure.lock"] {
                unlink(directory + "/" + name)
            }
            rmdir(directory)
        }
        let store = try SQLiteStore(directory: directory)
        return try withExtendedLifetime(store) {
            // Far less than a query may have: the fuzzer wants many inputs, not large ones.
            var limits = QueryLimits()
            limits.valueBytesMax = 1 << 20
            limits.answerBytesMax = 1 << 20
            let session = try QuerySession(databasePath: SQLiteStore.databasePath(in: directory), limits: limits)
            _ = try session.run(
                "SELECT id FROM sys_invocation",
                deadlineMilliseconds: 1000,
                columns: { _ in },
                row: { _ in }
            )
            return session
        }
    }
}
