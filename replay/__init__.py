"""Recordings in: files and their times, as snapshots. Knows nothing of models, stores or screens."""
