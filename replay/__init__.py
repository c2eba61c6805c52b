"""Reads recordings: files and their times, as snapshots. Imports no model, store or screen."""
