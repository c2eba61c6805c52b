"""The store: append-only facts in SQLite. The only place with SQL."""
