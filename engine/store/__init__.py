"""The store: append-only facts in SQLite. The only package with SQL."""
