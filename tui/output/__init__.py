"""The output of commands: tables, status, progress."""
