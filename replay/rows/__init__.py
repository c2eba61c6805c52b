"""Rows of slow sensors: read from texts with a column of times, and gathered to windows."""
