/// Version 4: which notifications a suspended invocation has known before.
let migration004 = Migration(
    version: 4,
    statements: ["ALTER TABLE invocations ADD COLUMN awaiting_from INTEGER NOT NULL DEFAULT 0"]
)
