"""Rows of slow sensors that arrive in a watched folder."""
