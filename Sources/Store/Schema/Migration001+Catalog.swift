/// The tables of the catalog in version 1: typed columns, no JSON, so that SQL can answer from them.
let catalogTables = [
    """
    CREATE TABLE deployments (
        id BLOB PRIMARY KEY,
        scheme TEXT NOT NULL,
        authority TEXT NOT NULL,
        path TEXT NOT NULL,
        query TEXT,
        mode INTEGER NOT NULL,
        http_version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        protocol_version_min INTEGER NOT NULL,
        protocol_version_max INTEGER NOT NULL,
        sdk_version TEXT
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE deployment_headers (
        deployment BLOB NOT NULL,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (deployment, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE service_revisions (
        deployment BLOB NOT NULL,
        name TEXT NOT NULL,
        revision INTEGER NOT NULL,
        type INTEGER NOT NULL,
        documentation TEXT,
        \(optionColumns),
        PRIMARY KEY (deployment, name)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE handlers (
        deployment BLOB NOT NULL,
        service TEXT NOT NULL,
        name TEXT NOT NULL,
        type INTEGER NOT NULL,
        documentation TEXT,
        input_allows_nothing INTEGER NOT NULL,
        input_content_type TEXT,
        input_must_not_be_empty INTEGER NOT NULL,
        input_json_schema TEXT,
        output_content_type TEXT,
        output_set_content_type_if_empty INTEGER NOT NULL,
        output_json_schema TEXT,
        \(optionColumns),
        PRIMARY KEY (deployment, service, name)
    ) STRICT, WITHOUT ROWID
    """,
    // What users attached: of the deployment with empty service and handler, of a service with an empty handler.
    """
    CREATE TABLE catalog_metadata (
        deployment BLOB NOT NULL,
        service TEXT NOT NULL,
        handler TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (deployment, service, handler, name)
    ) STRICT, WITHOUT ROWID
    """,
    // The highest revision ever given, kept when the service is gone: numbers are never reused.
    """
    CREATE TABLE revision_counters (
        service TEXT PRIMARY KEY,
        revision_highest INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE catalog_history (
        sequence INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        act INTEGER NOT NULL,
        is_forced INTEGER NOT NULL,
        actor TEXT NOT NULL,
        deployment BLOB NOT NULL,
        address_before TEXT,
        address_after TEXT,
        sdk_version_before TEXT,
        sdk_version_after TEXT
    ) STRICT
    """,
    """
    CREATE TABLE catalog_history_services (
        history INTEGER NOT NULL,
        service TEXT NOT NULL,
        revision_before INTEGER,
        revision_after INTEGER,
        PRIMARY KEY (history, service)
    ) STRICT, WITHOUT ROWID
    """,
]

/// What a service and a handler may set; NULL falls through.
private let optionColumns = """
    inactivity_timeout INTEGER,
    abort_timeout INTEGER,
    journal_retention INTEGER,
    idempotency_retention INTEGER,
    workflow_completion_retention INTEGER,
    enable_lazy_state INTEGER,
    ingress_private INTEGER,
    retry_initial_interval INTEGER,
    retry_factor REAL,
    retry_interval_max INTEGER,
    retry_attempts_max INTEGER,
    retry_on_max_attempts INTEGER
    """
