/// Version 1: everything the first release keeps. Tables are private; the public face is the `sys_` tables of
/// `Introspection`.
///
/// Conventions: times and lengths of time are milliseconds; ids are their bytes (invocation 24, deployment 16);
/// a payload is a BLOB, or an INTEGER that names its rows in `payload_chunks` (see `PayloadTable`).
let migration001 = Migration(
    version: 1,
    statements: [
        invocationsTable,
        // A random id carries the row's number; only ids that are a hash of their target are looked up here.
        "CREATE INDEX invocations_by_derived_id ON invocations (id) WHERE is_derived = 1",
        // What is not completed: found at the start and by operators without reading what is kept for retention.
        "CREATE INDEX invocations_unfinished ON invocations (status) WHERE status < 7",
        "CREATE INDEX invocations_by_expiry ON invocations (expires_at) WHERE expires_at IS NOT NULL",
        """
        CREATE TABLE journal (
            invocation INTEGER NOT NULL,
            entry_index INTEGER NOT NULL,
            type INTEGER NOT NULL,
            payload ANY NOT NULL,
            appended_at INTEGER NOT NULL,
            PRIMARY KEY (invocation, entry_index)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE journal_events (
            invocation INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            after_index INTEGER NOT NULL,
            appended_at INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            code INTEGER,
            documented_code TEXT,
            message TEXT,
            stacktrace TEXT,
            command_index INTEGER,
            command_name TEXT,
            command_type INTEGER,
            awaiting BLOB,
            PRIMARY KEY (invocation, sequence)
        ) STRICT, WITHOUT ROWID
        """,
        // The key is the payload's number shifted by 16 bits plus the chunk's position, so that plain rowids do.
        "CREATE TABLE payload_chunks (chunk INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
        "CREATE TABLE staged_payloads (payload INTEGER PRIMARY KEY) STRICT",
        """
        CREATE TABLE key_state (
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            name BLOB NOT NULL,
            value ANY NOT NULL,
            PRIMARY KEY (service, key, name)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE key_locks (
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            invocation INTEGER NOT NULL,
            PRIMARY KEY (service, key)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE inbox (
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            invocation INTEGER NOT NULL,
            PRIMARY KEY (service, key, sequence)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE timers (
            due INTEGER NOT NULL,
            invocation INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            completion INTEGER NOT NULL,
            PRIMARY KEY (due, invocation, kind, completion)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX timers_by_invocation ON timers (invocation)",
        """
        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            target BLOB,
            source INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE attachments (
            invocation INTEGER NOT NULL,
            waiter INTEGER NOT NULL,
            completion INTEGER NOT NULL,
            completion_type INTEGER NOT NULL,
            PRIMARY KEY (invocation, waiter, completion)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX attachments_by_waiter ON attachments (waiter)",
        """
        CREATE TABLE promises (
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            is_completed INTEGER NOT NULL,
            value ANY,
            failure_code INTEGER,
            failure_message TEXT,
            failure_metadata BLOB,
            PRIMARY KEY (service, key, name)
        ) STRICT, WITHOUT ROWID
        """,
        // The deployment is an empty blob for work that is not pinned yet: a key's columns cannot be NULL.
        """
        CREATE TABLE counts (
            deployment BLOB NOT NULL,
            service TEXT NOT NULL,
            handler TEXT NOT NULL,
            status INTEGER NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (deployment, service, handler, status)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE marks (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            invocation_number_reserved INTEGER NOT NULL,
            inbox_sequence_reserved INTEGER NOT NULL,
            outbox_sequence_reserved INTEGER NOT NULL,
            clock INTEGER NOT NULL
        ) STRICT
        """,
        "INSERT INTO marks VALUES (1, 0, 0, 0, 0)",
    ] + catalogTables
)

/// The wide row of an invocation. The columns up to `journal_retention` never change after the insert; the names are
/// those of `InvocationColumn`.
private let invocationsTable = """
    CREATE TABLE invocations (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        is_derived INTEGER NOT NULL,
        service TEXT NOT NULL,
        key TEXT,
        handler TEXT NOT NULL,
        service_type INTEGER NOT NULL,
        handler_type INTEGER NOT NULL,
        idempotency_key TEXT,
        caller INTEGER,
        caller_id BLOB,
        caller_service TEXT,
        caller_key TEXT,
        caller_handler TEXT,
        caller_completion INTEGER,
        created_at INTEGER NOT NULL,
        completion_retention INTEGER NOT NULL,
        journal_retention INTEGER NOT NULL,
        status INTEGER NOT NULL,
        pinned_deployment BLOB,
        pinned_protocol_version INTEGER,
        modified_at INTEGER NOT NULL,
        inboxed_at INTEGER,
        scheduled_at INTEGER,
        scheduled_start_at INTEGER,
        running_at INTEGER,
        completed_at INTEGER,
        journal_length INTEGER NOT NULL,
        command_count INTEGER NOT NULL,
        journal_bytes INTEGER NOT NULL,
        journal_is_gone INTEGER NOT NULL,
        output_index INTEGER,
        expires_at INTEGER,
        inbox_sequence INTEGER,
        awaiting BLOB,
        retry_count INTEGER NOT NULL,
        retries_since_last_entry INTEGER NOT NULL,
        last_start_at INTEGER,
        next_retry_at INTEGER,
        last_deployment BLOB,
        last_server TEXT,
        failure_code INTEGER,
        failure_documented_code TEXT,
        failure_message TEXT,
        failure_stacktrace TEXT,
        failure_command_index INTEGER,
        failure_command_name TEXT,
        failure_command_type INTEGER,
        completion_failure_code INTEGER,
        completion_failure_message TEXT,
        completion_failure BLOB,
        input ANY,
        output ANY
    ) STRICT
    """
