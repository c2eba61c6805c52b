"""Faults of what comes in: clocks, channels, folders."""
