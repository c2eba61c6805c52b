"""Benchmarks that print figures. They measure whole runs on real recordings, and judge nothing."""
