"""Reads recordings of any usual file format, told apart by content."""
