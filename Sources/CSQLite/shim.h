#include <sqlite3.h>

// SQLite's variadic functions, which Swift does not import; each is one call and decides nothing.

/// sqlite3_db_config for the options that are a switch.
static inline int perdure_sqlite3_db_switch(sqlite3 *database, int option, int on) {
    return sqlite3_db_config(database, option, on, (int *)0);
}

/// sqlite3_config for the options that are a switch; before the library is used.
static inline int perdure_sqlite3_global_switch(int option, int on) {
    return sqlite3_config(option, on);
}
