/// Version 3: workflows and their promises, and what invocations and their attempts wait for.
let migration003 = Migration(
    version: 3,
    statements: [
        // Nothing was ever written to the table before. The column holds the whole failure as it is encoded; code and message
        // stand beside it for SQL.
        "ALTER TABLE promises RENAME COLUMN failure_metadata TO failure",
        """
        CREATE TABLE promise_waiters (
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            waiter INTEGER NOT NULL,
            completion INTEGER NOT NULL,
            PRIMARY KEY (service, key, name, waiter, completion)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX promise_waiters_by_waiter ON promise_waiters (waiter)",
        // The promise that an item of the outbox delivers.
        "ALTER TABLE outbox ADD COLUMN service TEXT",
        "ALTER TABLE outbox ADD COLUMN key TEXT",
        "ALTER TABLE outbox ADD COLUMN name TEXT",
        "ALTER TABLE invocations ADD COLUMN last_awaiting_on BLOB",
        // When the journal got its last entry.
        "ALTER TABLE invocations ADD COLUMN last_entry_at INTEGER",
        // What a suspended invocation waits for, in words.
        "ALTER TABLE invocations ADD COLUMN waits_for TEXT",
    ]
)
