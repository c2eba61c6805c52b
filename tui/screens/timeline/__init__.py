"""The whole record as strips."""
