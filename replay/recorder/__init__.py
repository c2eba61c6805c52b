"""Turns a stream of rows that never ends into recordings: whole files in a watched folder."""
