"""Runs the benchmarks (`python -m bench`) or the named ones (`python -m bench throughput`).

`made-up` takes about 20 minutes: it runs only where it is named.
"""

import importlib
import sys

NAMES = (
    "throughput",
    "detection",
    "disturbed",
    "console",
    "recorder",
    "floods",
    "motor",
    "process",
    "serving",
    "designs",
)


def main() -> None:
    """Run the named benchmarks, or all."""
    for name in sys.argv[1:] or NAMES:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name.replace('-', '_')}").main()


if __name__ == "__main__":
    main()
