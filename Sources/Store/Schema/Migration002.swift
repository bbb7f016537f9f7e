/// Version 2: what operators do to invocations, states and services.
let migration002 = Migration(
    version: 2,
    statements: [
        "ALTER TABLE invocations ADD COLUMN pause_requested INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE invocations ADD COLUMN event_count INTEGER NOT NULL DEFAULT 0",
        // The id of the completed invocation that this one is a new run of.
        "ALTER TABLE invocations ADD COLUMN restarted_from BLOB",
        // The random seed of that one, where the new run took over entries that may rest on it.
        "ALTER TABLE invocations ADD COLUMN inherited_seed INTEGER",
        // Whether an operator changed the revision after its registration.
        "ALTER TABLE service_revisions ADD COLUMN is_edited INTEGER NOT NULL DEFAULT 0",
        // What else of a deployment an act changed, as JSON: headers, HTTP version, metadata, protocol range.
        "ALTER TABLE catalog_history ADD COLUMN details_before TEXT",
        "ALTER TABLE catalog_history ADD COLUMN details_after TEXT",
        "CREATE INDEX catalog_history_by_deployment ON catalog_history (deployment)",
        "CREATE INDEX service_revisions_by_name ON service_revisions (name, revision)",
        // Changes of a key's state that wait in the key's inbox, under the sequence number of their place there.
        """
        CREATE TABLE state_patches (
            sequence INTEGER PRIMARY KEY,
            service TEXT NOT NULL,
            key TEXT NOT NULL,
            expected_version BLOB,
            actor TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE state_patch_values (
            sequence INTEGER NOT NULL,
            name BLOB NOT NULL,
            value ANY NOT NULL,
            PRIMARY KEY (sequence, name)
        ) STRICT, WITHOUT ROWID
        """,
    ]
)
