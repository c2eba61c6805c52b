"""The upkeep of a store: backup, checks, lost records, retention."""
