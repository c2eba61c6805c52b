"""Imports for forked processes, done once by the fork server."""

from importlib import import_module

for name in ("ai_edge_litert.interpreter", "bench.torture.processes", "engine.__main__"):
    import_module(name)
