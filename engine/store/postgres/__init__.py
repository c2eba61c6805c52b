"""PostgreSQL: all that differs from SQLite. Loaded only where an address of a database is given."""
