"""Readers of binary formats: one module for each library, imported when a file of its kind is read."""
