"""Options of a SQLite database that several processes write to."""

SEVERAL_WRITERS = {
    # Seconds for which one commit waits for another.
    "timeout": 20,
    # Readers do not wait for a commit in WAL mode.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
