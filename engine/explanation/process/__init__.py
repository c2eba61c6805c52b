"""Slow sensors in words: which of them left its expectation, which moved first, which no longer agree."""
