import CSQLite

/// What a process decides about SQLite as a whole.
package enum SQLiteLibrary {
    /// Stops SQLite from keeping account of its memory, which takes a lock around every allocation. To be called before a
    /// database is opened, and not where a limit on its memory is wanted: the account is what that compares with.
    package static func keepNoMemoryAccount() {
        _ = perdure_sqlite3_global_switch(SQLITE_CONFIG_MEMSTATUS, 0)
    }
}
