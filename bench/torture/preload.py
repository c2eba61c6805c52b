"""What a forked victim needs: imported once, by the server that it is forked from."""

from importlib import import_module

for name in ("ai_edge_litert.interpreter", "bench.torture.processes", "engine.__main__"):
    import_module(name)
