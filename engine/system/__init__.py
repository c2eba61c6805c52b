"""Processes, locks, memory, disk space and file permissions."""
